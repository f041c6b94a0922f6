// By which names containers are the subject's: those that compose gave them. A member's own name is
// one only within its project, or where nobody knows how its members run.
import type { Scope, ShellWord, SubjectNames } from "./scope.ts";
import { isJoinedOption } from "./wrappers.ts";

const PROJECT = ["-p", "--project-name"];
const FILES = ["-f", "--file"];

/** Its members are processes of this machine, or elsewhere: no container or unit is one of them. */
export function areProcesses({ project, ports }: SubjectNames): boolean {
  return project === undefined && ports !== undefined;
}

/** Only endpoints are known of it: what is here and has its name is another. */
export function areElsewhere({ project, ports }: SubjectNames): boolean {
  return project === undefined && ports?.length === 0;
}

/** Where they run is known, and no unit of the machine is one of them. */
export function areKnown({ project, ports }: SubjectNames): boolean {
  return project !== undefined || ports !== undefined;
}

export interface NamedContainer {
  readonly text: string;
  /** Up to the name: `docker compose -p operator-tikv restart`. */
  readonly before: readonly ShellWord[];
}

/** `operator-tikv-1a2b-tikv1-1`; undefined for one that is not the subject's. */
export function memberOf({ text, before }: NamedContainer, { knowledge }: Scope) {
  const { members, project, subject } = knowledge;
  if (areProcesses(knowledge) || !isOurProject(before, knowledge)) return undefined;
  if (members.includes(text)) {
    return project === undefined || namesProject(before) ? text : undefined;
  }
  const prefix = project ?? `operator-${subject}`;
  return members.find((member) =>
    ["-", "_"].some((dash) => {
      const name = `${prefix}${dash}${member}${dash}`;
      return text.startsWith(name) && /^[1-9]\d?$/.test(text.slice(name.length));
    }),
  );
}

const BEFORE_LOGS = /^(?:-[ft]*n|--(?:since|tail|until))$/;

/** What stands behind `logs` is no member's, although it is known where they run. */
export function areOthersLogs(words: readonly ShellWord[], scope: Scope): boolean {
  const { knowledge } = scope;
  if (!areKnown(knowledge)) return false;
  // Without its name the project is that of some file.
  if (words[1]?.text === "compose") {
    return !(namesProject(words) && isOurProject(words, knowledge));
  }
  const at = words.findIndex(({ text }) => text === "logs");
  return words.some(({ text }, index) => {
    const isName = index > at && !text.startsWith("-");
    if (!isName || BEFORE_LOGS.test(words[index - 1]?.text ?? "")) return false;
    return memberOf({ text, before: [] }, scope) === undefined;
  });
}

/** A network or a volume, as compose names them; a project's own name may hold a `_`. */
export function isOfProject(text: string, { project, subject }: SubjectNames): boolean {
  const prefix = `${project ?? `operator-${subject}`}_`;
  return text.startsWith(prefix) && /^[a-zA-Z0-9.-]+$/.test(text.slice(prefix.length));
}

export function namesProject(words: readonly ShellWord[]): boolean {
  return words.some((word) => isOption(word, PROJECT));
}

/** The one that is named, if one is named. */
export function isOurProject(
  words: readonly ShellWord[],
  { project, subject }: SubjectNames,
): boolean {
  // Without its name the project is that of the file.
  if (words.some((word) => isOption(word, FILES)) && !namesProject(words)) return false;
  return words.every((word, index) => {
    if (!isOption(word, PROJECT)) return true;
    const named = PROJECT.includes(word.text)
      ? words[index + 1]?.text
      : word.text.replace(/^(-p|--project-name)=?/, "");
    return named === (project ?? `operator-${subject}`);
  });
}

export function isOption({ text }: ShellWord, options: readonly string[]): boolean {
  return options.includes(text) || isJoinedOption(text, options);
}
