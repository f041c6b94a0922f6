// From a parsed word to the text that the shell would make of it, as far as that is certain.
import type { Assignment, CommandArgument, Word, WordPart } from "unbash";
import type { Scope, ShellWord } from "./scope.ts";

/** Values that an unquoted expansion leaves as one word: nothing to split, no pattern. */
const ONE_WORD = /^[\w.:/@%+,=-]+$/;

/** No file is called so where commands run: the shell leaves its `?` as it is. */
const URL_WITH_QUERY = /^https?:\/\/[\w./:,@%+=-]+\?[\w./:,@%+=?-]*$/;

export function readWord(argument: CommandArgument, scope: Scope): ShellWord {
  // `export NAME=value`: whatever the value is, the name decides, and it is read elsewhere.
  if (argument.type === "Assignment") return readAssignment(argument, scope);
  if (URL_WITH_QUERY.test(argument.text)) return { text: argument.text, isExact: true };
  const home = homeOf(argument, scope);
  const parts = argument.parts;
  if (!parts) return home ?? { text: argument.value, isExact: !/(?:^|[=:])~/.test(argument.text) };
  const joined = joinWords(parts.map((part) => readPart(part, scope)));
  const word = parts.some(mayBeHome) ? { ...joined, isExact: false } : joined;
  if (word.isExact) return word;
  return {
    ...word,
    ...(isOperand(parts) && { isOperand: true }),
    ...(mayDivide(parts, scope) && { mayDivide: true }),
  };
}

/** Behind some names it is a word like any other, and divided like one. */
function readAssignment({ text, value }: Assignment, scope: Scope): ShellWord {
  const parts = value?.type === "Word" ? (value.parts ?? []) : [];
  return { text, isExact: false, ...(mayDivide(parts, scope) && { mayDivide: true }) };
}

/** `~name/` is that user's home, whatever stands in quotes behind it. */
function mayBeHome(part: WordPart): boolean {
  return part.type === "Literal" && /(?:^|[=:])~/.test(part.text);
}

/** A pattern that begins with what is written out becomes operands only. */
function mayDivide(parts: readonly WordPart[], scope: Scope): boolean {
  return parts.some(
    (part) => isDividing(part, scope) && !(part.type === "Glob" && isOperand(parts)),
  );
}

/** Several words come of what is expanded without quotes, of patterns, and of `"$@"`. */
function isDividing(part: WordPart, scope: Scope): boolean {
  if (part.type === "DoubleQuoted") {
    return part.parts.some(({ text }) => /^\$\{?(?:@|!|\w+\[@\])/.test(text));
  }
  const isOneNumber = part.type === "SimpleExpansion" && /^\$[?#$!]$/.test(part.text);
  return part.type !== "SingleQuoted" && !isOneNumber && !readPart(part, scope).isExact;
}

const NUMBERS_MAX = 32;

/** `$(seq 2379 2381)`: the words that it becomes; undefined for any other word. */
export function readNumbers({ parts }: Word, { facts }: Scope): readonly ShellWord[] | undefined {
  if (facts.functions.has("seq")) return undefined;
  const [only, ...others] = parts ?? [];
  if (only?.type !== "CommandExpansion" || others.length > 0) return undefined;
  const [, first, second] = /^\$\(\s*seq\s+(\d{1,6})(?:\s+(\d{1,6}))?\s*\)$/.exec(only.text) ?? [];
  if (first === undefined) return undefined;
  const [from, until] = second === undefined ? [1, Number(first)] : [Number(first), Number(second)];
  const count = until - from + 1;
  if (count < 1 || count > NUMBERS_MAX) return undefined;
  return Array.from({ length: count }, (_, index) => ({
    text: String(from + index),
    isExact: true,
  }));
}

/** Starts with what is written out, no dash, and is split nowhere. */
function isOperand([first, ...rest]: readonly WordPart[]): boolean {
  const start = first?.type === "DoubleQuoted" ? first.parts[0] : first;
  const isWrittenOut = start?.type === "Literal" || start?.type === "SingleQuoted";
  return isWrittenOut && /^[\w./]/.test(start.value) && rest.every(isUnsplit);
}

function isUnsplit({ type }: WordPart): boolean {
  return ["Literal", "SingleQuoted", "DoubleQuoted", "Glob"].includes(type);
}

function homeOf(word: Word, scope: Scope): ShellWord | undefined {
  const home = scope.variables.get("HOME");
  if (home === undefined || !/^~(\/|$)/.test(word.text)) return undefined;
  return { text: home + word.value.slice(1), isExact: true };
}

function readPart(part: WordPart, scope: Scope): ShellWord {
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
      return { text: part.value, isExact: true };
    case "DoubleQuoted":
      return joinWords(part.parts.map((child) => readPart(child, scope)));
    case "SimpleExpansion":
      return readVariable(part.text.slice(1), part.text, scope);
    case "ParameterExpansion":
      if (part.operation || part.index || part.prefix) return { text: part.text, isExact: false };
      return readVariable(part.parameter, part.text, scope);
    default:
      return { text: part.text, isExact: false };
  }
}

function readVariable(name: string, written: string, scope: Scope): ShellWord {
  const value = scope.variables.get(name);
  if (value === undefined || !ONE_WORD.test(value)) return { text: written, isExact: false };
  return { text: value, isExact: true };
}

function joinWords(words: readonly ShellWord[]): ShellWord {
  return {
    text: words.map(({ text }) => text).join(""),
    isExact: words.every(({ isExact }) => isExact),
  };
}

/** True for a value that stays one word wherever it is put. */
export function staysOneWord(text: string): boolean {
  return ONE_WORD.test(text);
}
