// Programs that read what a pipe brings, and with which words they read nothing else. Data, and one
// reader of it.
import type { ShellWord } from "./scope.ts";

export interface PipeFilter {
  /** Options that name no file, each in one word. */
  readonly plain: RegExp;
  /** The same, with how many words of their own behind them. */
  readonly valued?: Readonly<Record<string, number>>;
  /** Before the files: a pattern, a program. */
  readonly operandsMax: 0 | 1;
  /** Options that stand for that operand. */
  readonly insteadOfOperand?: RegExp;
  /** What in the program's own language reaches for files. */
  readonly reaches?: RegExp;
}

const GREP: PipeFilter = {
  plain: /^-(?:[EFGHILPabchilnoqsvwxyz]+|[ABCm]\d+|\d+)$|^--(?:colou?r(?:=\w+)?|line-buffered)$/,
  valued: { "-A": 1, "-B": 1, "-C": 1, "-m": 1, "-e": 1 },
  operandsMax: 1,
  insteadOfOperand: /^-e$/,
};
const AWK: PipeFilter = {
  plain: /^-[Fv]./,
  valued: { "-F": 1, "-v": 1 },
  operandsMax: 1,
  reaches: /ARG|SYMTAB/,
};
const ENDS: PipeFilter = {
  plain: /^-(?:\d+|[nc][-+]?\d+|[fqvz])$/,
  valued: { "-n": 1, "-c": 1 },
  operandsMax: 0,
};
const SHOWING: PipeFilter = { plain: /^-(?:[AabdeEnstTuv]+|[dw]\d+)$/, operandsMax: 0 };

export const FILTERS: Readonly<Record<string, PipeFilter>> = {
  ...{ awk: AWK, gawk: AWK, mawk: AWK, nawk: AWK },
  ...{ grep: GREP, egrep: GREP, fgrep: GREP },
  ...{ head: ENDS, tail: ENDS },
  ...{ cat: SHOWING, tac: SHOWING, nl: SHOWING, rev: SHOWING, column: SHOWING },
  ...{ base64: SHOWING, md5sum: SHOWING, sha256sum: SHOWING },
  cut: {
    plain: /^-(?:[dfcb].+|s)$|^--(?:complement|output-delimiter=.*)$/,
    valued: { "-d": 1, "-f": 1, "-c": 1, "-b": 1 },
    operandsMax: 0,
  },
  jq: {
    plain: /^-[rcnejsSCM]+$|^--(?:raw-output|compact-output|slurp|exit-status|tab)$/,
    valued: { "--arg": 2, "--argjson": 2 },
    operandsMax: 1,
    reaches: /\b(?:import|include|modulemeta)\b/,
  },
  sed: {
    plain: /^-[nEru]+$/,
    valued: { "-e": 1, "-ne": 1 },
    operandsMax: 1,
    insteadOfOperand: /^-n?e$/,
  },
  sort: {
    plain: /^-(?:[bdfghinMrRsuVz]+(?:k[\d.,]+)?|[kt].+)$/,
    valued: { "-k": 1, "-t": 1 },
    operandsMax: 0,
  },
  uniq: { plain: /^-[cdiuDz]+$/, valued: { "-f": 1, "-s": 1, "-w": 1 }, operandsMax: 0 },
  wc: { plain: /^-[clmwL]+$/, operandsMax: 0 },
};

/** Whether these words name no file; a word that is not certain may. */
export function readsPipe(filter: PipeFilter, args: readonly ShellWord[]): boolean {
  const { plain, valued = {}, operandsMax, insteadOfOperand, reaches } = filter;
  if (args.some(({ text, isExact }) => !isExact || reaches?.test(text))) return false;
  const texts = args.map(({ text }) => text).filter((text) => text !== "-");
  let operands = texts.some((text) => insteadOfOperand?.test(text)) ? 1 : 0;
  for (let index = 0; index < texts.length; index += 1) {
    const text = texts[index] ?? "";
    if (!text.startsWith("-")) operands += 1;
    else if (Object.hasOwn(valued, text)) index += valued[text] ?? 0;
    else if (!plain.test(text)) return false;
  }
  return operands <= operandsMax;
}
