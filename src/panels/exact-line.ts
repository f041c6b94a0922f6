// Text with nothing hidden in it: what a person approves must not only look like something else.

/** What a terminal does not show, or shows as something else. */
const HIDDEN = /(?! )[\p{C}\p{M}\p{Z}\p{DI}\p{Emoji_Modifier}\p{Regional_Indicator}]/gu;

/** One line, with such characters as their numbers: `\u{202e}`. */
export function exactLine(text: string): string {
  return text.replace(HIDDEN, codeOf);
}

function codeOf(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
