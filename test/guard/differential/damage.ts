// What a slip of the pen, or an adversary, does to a line: characters that mean something to a
// shell get into it, out of it, or elsewhere.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the shell's own form of a variable
import { type Chance, expand } from "../../hostile/grammar.ts";
import { GRAMMAR } from "./grammar.ts";

const SIGNS: readonly string[] = [
  ..."'\"\\`$;&|<>(){}[]#!~*?=:%^-+@,/0129abEix \t\n\r\v\f",
  ...["\u00a0", "\u0085", "\u2028", "\u3000", "\u200b", "\ufeff", "\u00e9", "\u007f", "\u0001"],
  ...["\\\n", "\\\\", "''", '""', "'\\''", "\\'", '\\"', "\\`", "\\$", "$$", "$@", '"$@"', "$*"],
  ...["$(", "$((", "))", "${", "$'", '$"', "$[", "((", "[[", "]]", "<(", ">(", "`\n", "\n`"],
  ...["${x#", "${x%", "${x:-", "${x:=", "${x:+", "${x?", "${#", "${!", "${x/", "${x@", "${x,"],
  ...["&&", "||", ";;", ";&", ";;&", "|&", "&>", ">&", "<&", "<>", ">|", ">>", "2>", "2>&1", ">&2"],
  ...["<<E\n", "<<-E\n", "<<'E'\n", "<<\\E\n", '<<"E"\n', "<<<", "\nE\n", "\n\tE\n", "E", "\nE "],
  ..." case | esac | in | do | done | if | then | fi | else | while | until | for ".split("|"),
  ..." function | select | coproc | time | ! | eval | exec | command | { | } | in) |\nin\n".split(
    "|",
  ),
  ...[
    "{a,b}",
    "{1..3}",
    "~root",
    "~+",
    "x=",
    "x=() ",
    "x+=",
    "a[0]=",
    "x=(",
    "f()",
    "f() (",
    "#\n",
  ],
  ...[" -- ", " - ", " -c ", " -e ", " -n ", " -exec ", " -I{} ", " -o ", " ; ", " \\; ", " + "],
];

const SPAN_MAX = 6;

type Damage = (text: string, chance: Chance) => string;

const DAMAGES: readonly Damage[] = [
  insertSign,
  insertSign,
  insertSign,
  insertSign,
  strike,
  strike,
  strike,
  leaveOut,
  leaveOut,
  replaceOne,
  repeatSpan,
  swapSpans,
];

/** Changed in one place. */
export function damaged(text: string, chance: Chance): string {
  return chance.oneOf(DAMAGES)(text, chance);
}

function insertSign(text: string, chance: Chance): string {
  return put(text, chance.below(text.length + 1), chance.oneOf(SIGNS));
}

function strike(text: string, chance: Chance): string {
  return put(text, chance.below(text.length + 1), expand("<struck>", GRAMMAR, chance));
}

function leaveOut(text: string, chance: Chance): string {
  const at = chance.below(text.length + 1);
  return text.slice(0, at) + text.slice(at + 1 + chance.below(SPAN_MAX));
}

function replaceOne(text: string, chance: Chance): string {
  const at = chance.below(text.length + 1);
  return text.slice(0, at) + chance.oneOf(SIGNS) + text.slice(at + 1);
}

function repeatSpan(text: string, chance: Chance): string {
  const at = chance.below(text.length + 1);
  const span = text.slice(at, at + 1 + chance.below(text.length + 1));
  return put(text, chance.below(text.length + 1), span);
}

function swapSpans(text: string, chance: Chance): string {
  const [first = 0, second = 0, third = 0] = [0, 1, 2]
    .map(() => chance.below(text.length + 1))
    .sort((one, other) => one - other);
  return (
    text.slice(0, first) + text.slice(second, third) + text.slice(first, second) + text.slice(third)
  );
}

function put(text: string, at: number, inserted: string): string {
  return text.slice(0, at) + inserted + text.slice(at);
}
