// Builtins that set variables which no assignment names, and tests of variables: their words are
// names to the shell, and may be code to bash (`read 'a[$(rm x)]'`).
import type { Effect } from "../../domain/effect.ts";
import { isSteering } from "./assignments.ts";
import { type Classifier, effectBecause, effectOf, type Scope, type ShellWord } from "./scope.ts";

export const SETTERS: Readonly<Record<string, Classifier>> = {
  read: setterOf(/^-r?$/),
  getopts: setterOf(/^$a/, 1),
  printf: classifyPrintf,
  set: classifySet,
  test: classifyTest,
  "[": classifyTest,
  wait: (words, scope) => onlyIf(/^(%?\d+|\$!|)$/, { words, scope }),
};

/** Of its options some give what follows another meaning (bash: `-k`); behind `--` are values. */
function classifySet(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const at = words.findIndex(({ text }) => text === "--");
  const options = at === -1 ? words.slice(1) : words.slice(1, at);
  const plain = /^[-+][efuxo]+$|^(?:errexit|nounset|noglob|pipefail|xtrace)$/;
  const isPlain = options.every(({ text, isExact }) => isExact && plain.test(text));
  return isPlain ? [effectOf({ kind: "read", words, scope })] : hiddenSetting(words);
}

/** With options that are understood, and plain names that steer nothing. */
function setterOf(options: RegExp, skips = 0): Classifier {
  return (words, scope) => {
    const args = words.slice(1 + skips);
    const isHarmless = args.every(
      ({ text, isExact }) =>
        isExact && (options.test(text) || (/^[A-Za-z_]\w*$/.test(text) && !isSteering(text))),
    );
    if (isHarmless) return [effectOf({ kind: "read", words, scope })];
    return hiddenSetting(words);
  };
}

interface Use {
  readonly words: readonly ShellWord[];
  readonly scope: Scope;
}

function onlyIf(plain: RegExp, { words, scope }: Use): readonly Effect[] {
  const isPlain = words.slice(1).every(({ text }) => plain.test(text));
  return isPlain ? [effectOf({ kind: "read", words, scope })] : hiddenSetting(words);
}

function classifyPrintf(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const [first] = words.slice(1);
  const sets =
    first !== undefined && (!(first.isExact || first.isOperand) || /^-v/.test(first.text));
  return sets ? hiddenSetting(words) : [effectOf({ kind: "read", words, scope })];
}

/** Written out, a substitution in it is text to sh and code to bash. */
function classifyTest(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const isCode = words.some(({ text, isExact }) => isExact && /\$\(|`|\w\[/.test(text));
  const asksVariable = words.some(({ text }) => /^-[vR]$/.test(text));
  const isOpen = words.some((_, index) => mayBeOperator(words, index));
  return isCode || asksVariable || isOpen
    ? hiddenSetting(words)
    : [effectOf({ kind: "read", words, scope })];
}

const COMPARISON = /^(?:[=!]=|[=<>]|-(?:eq|ne|[lg][te]|[no]t|ef))$/;
const QUESTION = /^-[a-zA-Z]$/;

/** `[ "$a" "$b" ]`: it may become `-v`. Beside an operator that is written out it is none. */
function mayBeOperator(words: readonly ShellWord[], index: number): boolean {
  const word = words[index];
  if (!word || word.isExact) return false;
  const args = words.slice(1).filter(({ text }) => text !== "]");
  const isOne = (other: ShellWord | undefined, operators: RegExp) =>
    other?.isExact === true && operators.test(other.text);
  const [before, behind] = [words[index - 1], words[index + 1]];
  return !(
    args.length === 1 ||
    isOne(before, COMPARISON) ||
    isOne(before, QUESTION) ||
    isOne(behind, COMPARISON)
  );
}

function hiddenSetting(words: readonly ShellWord[]): readonly Effect[] {
  return [effectBecause({ kind: "hidden", words, because: "it sets or reads what is not shown" })];
}
