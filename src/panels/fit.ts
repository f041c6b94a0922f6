// Foreign text in a given number of columns, of which every terminal has the same idea. Only as
// much of a text is looked at as can be seen: a line of a megabyte costs what a short one does.
import { cutTo, plainLine } from "./plain-text.ts";

export interface Room {
  readonly columns: number;
  readonly rows: number;
}

export interface WrapRoom extends Room {
  /** Before every row but the first; plain ASCII. */
  readonly indent?: string;
}

/** More characters than this per column carry nothing that can be seen. */
const CHARS_PER_COLUMN = 4;
const CHARS_MIN = 64;
/** Words that are wider than a row are broken; blanks at the start of the text stay. */
const HARD = { hard: true, trim: false };
/** A number and its unit stay in one row. */
const BEFORE_UNIT = /(?<=\d) (?=(?:ms|s|m|h|d)\b)/g;
const NO_BREAK = "\u00a0";

const PLAIN_ASCII = /^[ -~]*$/;
/** Colours of whoever wrote it: the only control sequences that are dropped and not shown. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
const COLOURS = /\u001b\[[0-9;:]*m/g;
/** What is not seen by itself, or makes one picture of several: terminals disagree on both. */
const INVISIBLE = /[\p{Cf}\p{Me}\p{DI}\p{Emoji_Modifier}\u302e\u302f]/gu;
/** Marks and symbols to which Bun 1.4.4 and glibc 2.36 give different widths. */
const DISPUTED =
  /[\p{Mc}\u0980\u0c80\u0d3a\u2630-\u2637\u268a-\u268f\u3248-\u324f\u{1d300}-\u{1d376}]/gu;
/** Flags are pairs of these. */
const REGIONAL_INDICATORS = /\p{Regional_Indicator}/gu;
const REGIONAL_INDICATOR_A = 0x1f1e6;
const LATIN_A = 0x41;
/** Marks without a letter would sit on the border; a tower of them on the line above. */
const STRAY_MARKS = /^\p{M}+|(?<=\p{M}{2})\p{M}+/gu;

/** One plain line; whole if it fits into so many columns, and a bounded head of it otherwise. */
export function printable(text: string, columnsMax: number): string {
  const charsMax = Math.max(CHARS_MIN, columnsMax * CHARS_PER_COLUMN);
  if (text.length <= charsMax) return plainAndSteady(text);
  return `${plainAndSteady(text.slice(0, charsMax))}…`;
}

/** Exactly so many columns: padded, or cut with "…". Takes our own colours, but no foreign text. */
export function fitTo(text: string, columns: number): string {
  const width = Bun.stringWidth(text);
  if (width > columns)
    return columns > 1 ? padTo(cutTo(text, columns), columns) : " ".repeat(columns);
  return text + " ".repeat(columns - width);
}

/** A foreign text, plain and in exactly so many columns. */
export function fitPlain(text: string, columns: number): string {
  return fitTo(printable(text, columns), columns);
}

/** A foreign text as plain rows, none wider than the room; "…" at the end if more would follow. */
export function wrapTo(text: string, { columns, rows, indent = "" }: WrapRoom): readonly string[] {
  if (rows < 1 || columns < 1) return [];
  const plain = printable(text, columns * rows);
  if (Bun.stringWidth(plain) <= columns) return [plain];
  if (rows === 1) return [cutTo(plain, columns)];
  const joined = plain.replace(BEFORE_UNIT, NO_BREAK);
  const wrapped = Bun.wrapAnsi(joined, Math.max(1, columns - indent.length), HARD);
  const all = wrapped.replaceAll(NO_BREAK, " ").split("\n");
  const shown = all
    .slice(0, rows)
    .map((row, index) => (index === 0 ? row.trimEnd() : indent + row.trim()));
  return all.length > rows ? endWithDots(shown, columns) : shown;
}

/** The rows with "…" at the end of the last, as a sign that more would follow. */
export function endWithDots(rows: readonly string[], columns: number): readonly string[] {
  const last = rows.at(-1);
  if (last === undefined) return rows;
  const cut = Bun.stringWidth(last) < columns ? last : cutTo(last, columns - 1);
  return [...rows.slice(0, -1), cut.endsWith("…") ? cut : `${cut}…`];
}

/** The first that is not wider than this, or else the last. */
export function firstThatFits(variants: readonly string[], columns: number): string {
  return variants.find((text) => Bun.stringWidth(text) <= columns) ?? variants.at(-1) ?? "";
}

function plainAndSteady(text: string): string {
  if (PLAIN_ASCII.test(text)) return text;
  return plainLine(text.toWellFormed().replace(COLOURS, ""))
    .replace(INVISIBLE, "")
    .replace(DISPUTED, "\ufffd")
    .replace(REGIONAL_INDICATORS, latinLetter)
    .replace(STRAY_MARKS, "");
}

function latinLetter(indicator: string): string {
  const code = indicator.codePointAt(0) ?? REGIONAL_INDICATOR_A;
  return String.fromCodePoint(code - REGIONAL_INDICATOR_A + LATIN_A);
}

function padTo(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - Bun.stringWidth(text)));
}
