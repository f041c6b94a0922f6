// What a line of stdout may hold: one line, of bounded length, that does nothing to a terminal.

const LINE_CHARS_MAX = 400;

/** A terminal's control sequences, as far as they can be told by their start. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
/** The rest of them, and what reorders or breaks lines. */
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
  /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;

export function oneLine(text: string): string {
  return cutAt(wholeLine(text), LINE_CHARS_MAX);
}

/** However long. */
export function wholeLine(text: string): string {
  return text.replace(SEQUENCES, "").replace(CONTROLS, " ").replace(/ {2,}/g, " ").trim();
}

/** At most `charsMax` characters, the last of them "…" when something was cut. */
export function cutAt(text: string, charsMax: number): string {
  const characters = text.length > charsMax ? [...text] : [];
  if (characters.length <= charsMax) return text;
  return `${characters.slice(0, charsMax - 1).join("")}…`;
}
