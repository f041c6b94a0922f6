// What may be looked at within a container. No sandbox and no bound holds it there: it has the
// member's memory and its time, and goes on when whoever asked is gone. So only short looks; and
// nothing that tells what the member was given.
import type { Effect } from "../../domain/effect.ts";
import { effectBecause, type ShellWord } from "./scope.ts";
import { isShort } from "./short-looks.ts";
import type { SimpleUse } from "./waits.ts";

/** Here it is the agent's own, there a member's with all that it was given. */
const ENVIRONMENT = /^(?:env|export|local|printenv|readonly|set)$/;
const READERS = /^(?:[gmn]?awk|jq)$/;
const READS_ENVIRONMENT = /ENVIRON|\$ENV\b|\benv\b/;

/** Why a look is none there; empty when it may be. */
export function refusedInside({ name, words }: SimpleUse): readonly Effect[] {
  const args = words.slice(1);
  const isAsked = READERS.test(name) && args.some(({ text }) => READS_ENVIRONMENT.test(text));
  if (ENVIRONMENT.test(name) || isAsked) {
    return [effectBecause({ kind: "oversight", words, because: "it tells a member's keys" })];
  }
  if (isShort(name, args) && isNarrow(name, args) && !args.some(isOpen)) return [];
  return [effectBecause({ kind: "hidden", words, because: UNBOUNDED })];
}

const COLUMN = "\\$(?:\\d{1,2}|NF)";
const PATH = "\\.(?:[A-Za-z_]\\w*)?(?:\\.[A-Za-z_]\\w*|\\.?\\[\\d{0,4}\\])*";
const FILES = "(?: (?![-.|])\\S+)*";
const AWK = new RegExp(
  `^(?:-F ?\\S+ )?(?:/[\\w :=-]+/ ?)?\\{ ?print(?: ${COLUMN}(?:, ?${COLUMN})*)? ?\\}${FILES}$`,
);
const GREP = /^(?!.*[\\({])/s;
const JQ = new RegExp(`^(?:-[rcM]+ )?${PATH}(?: ?\\| ?(?:${PATH}|length|keys))*${FILES}$`);
/** Blanks without end fill memory, too. */
const NOT_WIDE = /^(?!.*(?:%[^a-zA-Z%]*|:)\d{3})/s;

/**
 * Of everything behind the name, words joined by a space. A program of a few words makes of a short
 * file what fills the member's memory; a pattern that looks back, or a link, leads round for ever.
 */
const NARROW: ReadonlyMap<string, RegExp> = new Map([
  ...["awk", "gawk", "mawk"].map((name): [string, RegExp] => [name, AWK]),
  ...["grep", "egrep", "fgrep"].map((name): [string, RegExp] => [name, GREP]),
  ...["date", "stat", "ps"].map((name): [string, RegExp] => [name, NOT_WIDE]),
  ["jq", JQ],
  ["sed", new RegExp(`^-n (?:\\$|\\d{1,7}(?:,\\d{1,7})?|/[\\w :=-]+/)p${FILES}$`)],
  ["find", /^(?!.*(?:^| )-(?:H|L|follow|i?regex))/s],
  ["ls", /^(?!.*(?:(?:^| )-\w*R|--rec|%[^a-zA-Z%]*\d{3}))/s],
  ["nl", /^(?!.*\d{3})/s],
  ["file", /^(?!-)/],
]);

function isNarrow(name: string, args: readonly ShellWord[]): boolean {
  return NARROW.get(name)?.test(args.map(({ text }) => text).join(" ")) ?? true;
}

const UNBOUNDED =
  "in a container nothing holds it: take short looks, at files that are written out";

/** Known only when it runs; a pattern names what is there. */
function isOpen({ text, isExact }: ShellWord): boolean {
  return !isExact && /[$`…]/.test(text) && !/^https?:\/\//.test(text);
}
