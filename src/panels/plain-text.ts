// Any stored text as plain text: whatever a member, a model or a command wrote, it cannot move the
// cursor, change colours or forge a line of ours.

/** Control characters of both sets, and those that end lines or turn the writing direction. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const DELETE = 0x7f;
const CONTROL_PICTURES = 0x2400; // ␀ to ␟ stand for U+0000 to U+001F, ␡ for U+007F

/** One line: line ends and tabs become spaces. */
export function plainLine(text: string): string {
  return neutralise(text.replace(/\r?\n|\t/g, " "));
}

/** The text's own lines; a line end at its end begins no further one. */
export function plainLines(text: string): readonly string[] {
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  return lines.map((line) => neutralise(line.replaceAll("\t", "  ")));
}

/** The same value as JSON on one line; what a terminal would obey has another spelling there. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value).replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return `\\u${code.padStart(4, "0")}`;
  });
}

/** At most so many columns wide, the last of them "…" when something was cut. */
export function cutTo(text: string, columnsMax: number): string {
  if (Bun.stringWidth(text) <= columnsMax) return text;
  const head = Bun.sliceAnsi(text, 0, columnsMax - 1);
  // A wide character on the edge is kept whole by sliceAnsi: then there is one column too many.
  const fits = Bun.stringWidth(head) < columnsMax;
  return `${fits ? head : Bun.sliceAnsi(text, 0, columnsMax - 2)}…`;
}

function neutralise(text: string): string {
  return text.replace(UNPRINTABLE, visibleStandIn);
}

function visibleStandIn(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(CONTROL_PICTURES + code);
  return code === DELETE ? "␡" : "\ufffd";
}
