// awk, sed, find and pagers: they read, unless their own little languages say otherwise. Anything
// in those languages that is not plainly harmless makes them unknown.
import type { Effect } from "../../domain/effect.ts";
import { isHarmlessAwk } from "./awk-programs.ts";
import { writeTo } from "./redirects.ts";
import {
  type Classifier,
  DYNAMIC_WORD,
  effectBecause,
  effectOf,
  type Scope,
  type ShellWord,
} from "./scope.ts";
import { isHarmlessSed } from "./sed-scripts.ts";

export const TEXT_TOOLS: Readonly<Record<string, Classifier>> = {
  awk: classifyAwk,
  gawk: classifyAwk,
  mawk: classifyAwk,
  nawk: classifyAwk,
  sed: classifySed,
  find: classifyFind,
  less: classifyPager,
  more: classifyPager,
};

/** Where nobody watches they print files, as cat does; their other options and `+` run commands. */
function classifyPager(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const isPlain = words
    .slice(1)
    .every(({ text, isExact }) => isExact && /^(?:-[EFINRSXdeins]+$|[^-+])/.test(text));
  if (isPlain) return [effectOf({ kind: "read", words, scope })];
  return [effectBecause({ kind: "hidden", words, because: "a pager that may run or write" })];
}

function classifyAwk(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const program = skipAwkOptions(words.slice(1))?.[0];
  // gawk opens a connection for such a file.
  const connects = words.some(({ text }) => /\/inet[46]?\//.test(text));
  if (!program?.isExact || !isHarmlessAwk(program.text) || connects) {
    return [effectBecause({ kind: "hidden", words, because: "awk that may write or run" })];
  }
  return [effectOf({ kind: "read", words, scope })];
}

/** Undefined when there is an option besides `-F` and `-v`, such as `-f file` or `-i inplace`. */
function skipAwkOptions(words: readonly ShellWord[]): readonly ShellWord[] | undefined {
  const [first, ...rest] = words;
  if (!first?.text.startsWith("-")) return words;
  if (/^-[Fv]$/.test(first.text)) return skipAwkOptions(rest.slice(1));
  return /^-[Fv]./.test(first.text) ? skipAwkOptions(rest) : undefined;
}

/** Among others it stands last: what follows an `e` in the middle is the script. */
const SED_EXPRESSION = /^-[nEru]*e$/;

function classifySed(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const args = words.slice(1);
  const hasExpressions = args.some(({ text }) => SED_EXPRESSION.test(text));
  const scripts = hasExpressions
    ? args.filter((_, index) => SED_EXPRESSION.test(args[index - 1]?.text ?? ""))
    : args.filter(({ text }) => !text.startsWith("-")).slice(0, 1);
  const options = args.filter((word) => word.text.startsWith("-") && !scripts.includes(word));
  const isUnderstood =
    scripts.length > 0 &&
    args.every(({ isExact, isOperand }) => isExact || isOperand) &&
    options.every(({ text }) => /^-[nEru]+e?$|^(-e|-i|--in-place)$/.test(text)) &&
    scripts.every(({ text, isExact }) => isExact && isHarmlessSed(text));
  if (!isUnderstood) {
    return [effectBecause({ kind: "hidden", words, because: "sed that may write or run" })];
  }
  if (!options.some(({ text }) => /^(-i|--in-place)$/.test(text))) {
    return [effectOf({ kind: "read", words, scope })];
  }
  const files = args.filter((word) => !word.text.startsWith("-") && !scripts.includes(word));
  return files.flatMap((word) => writeTo(word, scope));
}

const FIND_RUNS: ReadonlySet<string> = new Set(["-exec", "-execdir"]);
const FIND_WRITES = /^-(fls|fprint|fprint0|fprintf)$/;
const FIND_UNKNOWN = /^-(ok|okdir|files0-from)$/;

function classifyFind(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  if (words.some(({ text }) => text === "-delete"))
    return [effectOf({ kind: "destroy", words, scope })];
  const mayDelete = words.some(({ isExact, isOperand }) => !(isExact || isOperand));
  if (mayDelete || words.some(({ text }) => FIND_UNKNOWN.test(text))) {
    return [effectBecause({ kind: "hidden", words, because: "a word of it may be -delete" })];
  }
  const written = words.filter((_, index) => FIND_WRITES.test(words[index - 1]?.text ?? ""));
  const inner: Effect[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const { text } = words[index] ?? DYNAMIC_WORD;
    if (!FIND_RUNS.has(text)) continue;
    const command = commandOfExec(words.slice(index + 1));
    if (!command)
      return [effectBecause({ kind: "hidden", words, because: "-exec without its end" })];
    const isElsewhere = text === "-execdir" ? { isElsewhere: true as const } : {};
    inner.push(...scope.classifyWords(command, { isRepeated: true, ...isElsewhere }));
    index += command.length + 1;
  }
  const files = written.flatMap((word) => writeTo(word, scope));
  return [effectOf({ kind: "read", words, scope }), ...inner, ...files];
}

/** Up to `;` or `{} +`; `{}` is a file name that is known only when it runs. */
function commandOfExec(rest: readonly ShellWord[]): readonly ShellWord[] | undefined {
  const end = rest.findIndex(
    ({ text }, index) => text === ";" || (text === "+" && rest[index - 1]?.text === "{}"),
  );
  return end === -1
    ? undefined
    : rest.slice(0, end).map((word) => (word.text.includes("{}") ? DYNAMIC_WORD : word));
}
