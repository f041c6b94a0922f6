// docker and compose: which containers a command touches, and whether they are the subject's. One
// that is not named by a member is somebody else's.
import type { Effect, EffectKind } from "../../domain/effect.ts";
import { isTemporary } from "./paths.ts";
import { type Classifier, effectBecause, effectOf, type Scope, type ShellWord } from "./scope.ts";
import { type VerbTool, verbs } from "./verb-tables.ts";
import { effectOfVerb, readVerbs } from "./verb-tools.ts";
import { classifyWrapped, isJoinedOption, type Wrapper } from "./wrappers.ts";

const DOCKER: VerbTool = {
  valued: ["-f", "--file", "-p", "--project-name", "-t", "--time", "--timeout", "-s", "--signal"],
  plain: ["--no-color", "-a", "--all", "-q", "--quiet", "--no-trunc", "--no-stream"],
  destroysWith:
    /^(-[a-z]*[vV]|--volumes|--renew-anon-volumes|--force-recreate|rm|rmi|prune|remove|cp)$/,
  otherwise: "hidden",
  verbs: new Map([
    ...verbs("read", ["ps", "logs", "inspect", "stats", "top", "images", "version", "info"]),
    ...verbs("read", ["port", "events", "history", "context ls", "image ls", "image inspect"]),
    ...verbs("read", ["diff", "container ls", "container inspect", "container logs", "network ls"]),
    ...verbs("read", ["network inspect", "volume ls", "volume inspect", "compose ps"]),
    ...verbs("read", ["compose logs", "compose config", "compose ls", "compose top"]),
    ...verbs("read", ["compose images", "compose port", "compose version", "system df"]),
    ...verbs("read", ["container stats", "container top", "container port", "compose events"]),
    ...verbs("start", ["start", "unpause", "container start", "container unpause"]),
    ...verbs("start", ["compose start", "compose unpause"]),
    ...verbs("interrupt", ["stop", "restart", "kill", "pause", "container stop", "compose stop"]),
    ...verbs("interrupt", ["container restart", "container kill", "container pause"]),
    ...verbs("interrupt", ["compose restart", "compose kill", "compose pause"]),
    ...verbs("destroy", ["rm", "container rm", "volume rm", "compose rm", "rmi", "image rm"]),
    ...verbs("destroy", ["compose down"]),
    ...verbs("destroy", ["swarm leave", "system prune", "volume prune"]),
  ]),
};

/** How `docker exec` and `docker compose exec` stand before a command. */
const EXEC: Wrapper = {
  plain: ["-i", "-t", "-it", "-ti", "-T"],
  valued: ["-u", "-w", "--user", "--workdir", "--index"],
  skips: 1,
  where: { isInside: true },
};

/** Another engine than this machine's. */
const ENGINES = ["-H", "--host", "-c", "--context"];
const PROJECT = ["-p", "--project-name"];

export const CONTAINER_TOOLS: Readonly<Record<string, Classifier>> = {
  docker: classifyDocker,
  podman: classifyDocker,
  "docker-compose": ([first, ...rest], scope) =>
    first ? classifyDocker([first, { text: "compose", isExact: true }, ...rest], scope) : [],
};

function classifyDocker(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const args = words.slice(1);
  const read = readVerbs(DOCKER, args);
  const isCompose = read.typed[0]?.text === "compose";
  const at = isCompose ? args.findIndex(({ text }) => text === "compose") : args.length;
  if (args.slice(0, at).some((word) => isOption(word, ENGINES))) {
    return [effectBecause({ kind: "foreign", words, because: "another engine" })];
  }
  const trouble = isCompose ? troubleOfFiles(args, { scope, at }) : undefined;
  if (trouble !== undefined) return [effectBecause({ kind: "hidden", words, because: trouble })];
  const run = read.typed.slice(0, 2).find(({ text }) => text === "exec");
  if (run) return classifyExec(words, { rest: args.slice(args.indexOf(run)), scope });
  const effect = effectOfVerb(DOCKER, { words, scope });
  if (effect.kind !== "start" && effect.kind !== "interrupt") return [effect];
  return [touching(effect.kind, { words, scope, isCompose })];
}

const FILES = ["-f", "--file"];

interface ComposePlace {
  readonly scope: Scope;
  /** Of the word `compose`. */
  readonly at: number;
}

/** Its files say what runs: hooks in members, others that are restarted along, parts elsewhere. */
function troubleOfFiles(
  args: readonly ShellWord[],
  { scope, at }: ComposePlace,
): string | undefined {
  const verb = args.findIndex(
    ({ text }, index) => index > at && DOCKER.verbs.has(`compose ${text}`),
  );
  const name = args[verb]?.text;
  for (const [index, word] of args.entries()) {
    const isBefore = index > at && (verb === -1 || index < verb);
    if (name === "config" && /^(?:-o|--(?:o|lock))/.test(word.text)) return "it writes a file";
    if (!isBefore || !isOption(word, FILES)) continue;
    const file = FILES.includes(word.text)
      ? args[index + 1]
      : { ...word, text: word.text.replace(/^(?:-f|--file)=?/, "") };
    if (!file?.isExact || /:|@/.test(file.text))
      return "a project file that is not on this machine";
    if (file.text === "-" || isTemporary(file, scope))
      return "a project file that an agent may write";
  }
  return undefined;
}

interface Exec {
  /** From `exec` on. */
  readonly rest: readonly ShellWord[];
  readonly scope: Scope;
}

/** Of anybody's container it may look at something, and change something in a member's. */
function classifyExec(words: readonly ShellWord[], { rest, scope }: Exec): readonly Effect[] {
  const effects = classifyWrapped({ wrapper: EXEC, words: rest, scope });
  if (effects.every(({ kind }) => kind === "read")) return effects;
  const container = containerOf(rest.slice(1));
  const isOurs = container?.isExact && memberOf(container.text, scope) !== undefined;
  const before = words.slice(0, words.length - rest.length);
  if (isOurs && isOurProject(before, scope)) return effects;
  const because = "a container that is no member's";
  return [...effects, effectBecause({ kind: "foreign", words, because })];
}

/** Behind the options of `exec`. */
function containerOf(rest: readonly ShellWord[]): ShellWord | undefined {
  const at = rest.findIndex(
    ({ text }, index) =>
      !text.startsWith("-") && !EXEC.valued?.includes(rest[index - 1]?.text ?? ""),
  );
  return rest[at];
}

interface Touch {
  readonly words: readonly ShellWord[];
  readonly scope: Scope;
  readonly isCompose: boolean;
}

function touching(kind: EffectKind, { words, scope, isCompose }: Touch): Effect {
  const operands = operandsOf(words.slice(1), isCompose);
  if (operands.some(({ isExact }) => !isExact)) {
    return effectBecause({ kind: "hidden", words, because: "whose, is known only when it runs" });
  }
  if (words.slice(1).some(({ text }) => text.startsWith("-") && !isKnownOption(text))) {
    return effectBecause({ kind: "hidden", words, because: "an option that is not understood" });
  }
  if (words.some((word, index) => isLongWait(word, words[index + 1]))) {
    return effectBecause({ kind: "hidden", words, because: "it would strike later" });
  }
  const members = operands.map(({ text }) => memberOf(text, scope));
  const isOthers = members.includes(undefined) || !isOurProject(words, scope);
  // Without names it is the whole project: which one, must be said then.
  const isWhole =
    operands.length === 0 && !(isCompose && words.some((word) => isOption(word, PROJECT)));
  if (isOthers || (isWhole && kind === "start")) {
    return effectBecause({ kind: "foreign", words, because: "containers that are no member's" });
  }
  const targets = members.flatMap((name) => name ?? []);
  return { ...effectOf({ kind, words, scope }), targets: [...new Set(targets)] };
}

/** Between the request and the kill. */
const WAIT_S_MAX = 30;

function isLongWait({ text }: ShellWord, next: ShellWord | undefined): boolean {
  const [, joined] = /^(?:-t|--time(?:out)?)=?(.*)$/.exec(text) ?? [];
  if (joined === undefined) return false;
  const typed = joined === "" ? (next?.text ?? "") : joined;
  return !/^\d+$/.test(typed) || Number(typed) > WAIT_S_MAX;
}

function isKnownOption(text: string): boolean {
  const { plain = [], valued } = DOCKER;
  return plain.includes(text) || valued.includes(text) || isJoinedOption(text, valued);
}

/** What stands behind the verb, without options and their values. */
function operandsOf(args: readonly ShellWord[], isCompose: boolean): readonly ShellWord[] {
  const skipped = new Set(["compose", "container"]);
  const plain: ShellWord[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index];
    if (!word) break;
    if (DOCKER.valued.includes(word.text)) index += 1;
    else if (!word.text.startsWith("-")) plain.push(word);
  }
  const isGroup = isCompose || skipped.has(plain[0]?.text ?? "");
  return plain.slice(isGroup ? 2 : 1);
}

/** `tikv1`, or as compose names its container: `operator-tikv-1a2b-tikv1-1`. */
function memberOf(text: string, { knowledge }: Scope): string | undefined {
  const { members, project, subject } = knowledge;
  if (members.includes(text)) return text;
  const prefix = project ?? `operator-${subject}`;
  return members.find((member) =>
    ["-", "_"].some((dash) => {
      const name = `${prefix}${dash}${member}${dash}`;
      return text.startsWith(name) && /^\d+$/.test(text.slice(name.length));
    }),
  );
}

/** The one that is named, if one is named. */
function isOurProject(words: readonly ShellWord[], { knowledge }: Scope): boolean {
  const { project, subject } = knowledge;
  const names = (options: readonly string[]) => words.some((word) => isOption(word, options));
  // Without its name the project is that of the file.
  if (names(["-f", "--file"]) && !names(PROJECT)) return false;
  return words.every((word, index) => {
    if (!isOption(word, PROJECT)) return true;
    const named = PROJECT.includes(word.text)
      ? words[index + 1]?.text
      : word.text.replace(/^(-p|--project-name)=?/, "");
    return project === undefined ? named === `operator-${subject}` : named === project;
  });
}

function isOption({ text }: ShellWord, options: readonly string[]): boolean {
  return options.includes(text) || isJoinedOption(text, options);
}
