// What docker would show of what containers, images and volumes were given, keys and passwords
// among it. Redaction knows them by their names, and where they stand in a whole answer; of others'
// nothing is shown.
import { areOthersLogs, isOfProject, isOption, memberOf } from "./container-names.ts";
import { showsParts } from "./inspect-forms.ts";
import type { Scope, ShellWord } from "./scope.ts";

interface Asked {
  /** The verbs. */
  readonly typed: readonly ShellWord[];
  readonly scope: Scope;
}

/** Of the words of a docker command; undefined when they show no such thing. */
export function troubleOfKeys(words: readonly ShellWord[], { typed, scope }: Asked) {
  const verb = typed
    .slice(0, 2)
    .map(({ text }) => text)
    .join(" ");
  const [inspects, what = ""] = /^(?:(container|image|volume) )?inspect\b/.exec(verb) ?? [];
  if (inspects !== undefined) return troubleOfInspection(words, { what, scope });
  if (/^(?:(?:compose|container) )?logs\b/.test(verb)) {
    return areOthersLogs(words, scope) ? OTHERS_LOGS : undefined;
  }
  if (verb !== "compose config") return undefined;
  const at = words.findIndex(({ text }) => text === "config");
  const options = words.slice(at).filter(({ text }) => text.startsWith("-"));
  const isParts = options.length > 0 && options.every(({ text }) => CONFIG_PARTS.test(text));
  return isParts ? undefined : SHOWS_KEYS;
}

const OTHERS_LOGS = {
  kind: "foreign",
  because: "logs of a container that is no member's",
} as const;

const CONFIG_PARTS = /^(?:--(?:services|images|volumes|profiles|quiet|hash=[\w*.,-]+)|-q)$/;

const SHOWS_KEYS = {
  kind: "oversight",
  because: "it may show what members were given, keys too: ask for .State and the like",
} as const;

const FORM = ["-f", "--format"];
/** In a word of several letters its form would be hidden. */
const INSPECTS = /^(?:-s|-f.*|--(?:size|format(?:=.*)?|type(?:=[a-z]+)?))$/s;

interface Inspection {
  /** Empty for containers, and what else has the name. */
  readonly what: string;
  readonly scope: Scope;
}

function troubleOfInspection(words: readonly ShellWord[], inspection: Inspection) {
  if (words.some(({ text }) => text.startsWith("-") && !INSPECTS.test(text))) return SHOWS_KEYS;
  const forms = valuesOf(words, FORM);
  if (forms.some(({ isExact }) => !isExact)) {
    return { kind: "hidden", because: "its form is known only when it runs" } as const;
  }
  const templates = forms.filter(({ text }) => text !== "json");
  if (!templates.every(({ text }) => showsParts(text))) return SHOWS_KEYS;
  const isWhole = templates.length < forms.length || forms.length === 0;
  const at = words.findIndex(({ text }) => text === "inspect");
  const named = words.filter(
    ({ text }, index) =>
      index > at &&
      !text.startsWith("-") &&
      ![...FORM, "--type"].includes(words[index - 1]?.text ?? ""),
  );
  if (!isWhole) return undefined;
  if (!named.every((word) => isOurs(word, inspection))) {
    return { kind: "foreign", because: "no member's; ask for parts with --format" } as const;
  }
  return inspection.scope.isHandedOn ? HANDED_ON : undefined;
}

/** Redaction knows it by how docker writes it. */
const HANDED_ON = {
  kind: "oversight",
  because: "whole, it is for reading: what goes on to a pipe, a file or a variable asks for parts",
} as const;

/** Images were made elsewhere, and nobody knows with what. */
function isOurs({ text }: ShellWord, { what, scope }: Inspection): boolean {
  if (what === "image") return false;
  if (what === "volume") return isOfProject(text, scope.knowledge);
  return memberOf({ text, before: [] }, scope) !== undefined;
}

/** Of options that stand apart from their value, or are joined to it. */
export function valuesOf(
  words: readonly ShellWord[],
  options: readonly string[],
): readonly ShellWord[] {
  return words.flatMap((word, index) => {
    if (options.includes(word.text)) return words[index + 1] ?? [];
    if (!isOption(word, options)) return [];
    return { ...word, text: word.text.replace(/^(?:--[\w-]+|-\w)=?/, "") };
  });
}
