// A second look at a line, at its bytes: what no sandbox holds must not depend on how one parser
// reads it. Shells differ in what these are, where they end, and how often they are expanded.

interface Knot {
  readonly pattern: RegExp;
  readonly name: string;
}

const KNOTS: readonly Knot[] = [
  { pattern: /<</, name: "a here-document" },
  { pattern: /\$\{(?!\w+\})/, name: "an expansion with an operand" },
  { pattern: /\$['"]/, name: "a quotation of bash's own" },
  { pattern: /[<>]\s*\(/, name: "a process substitution" },
  { pattern: /[<>]&\s*[^\s\d-]/, name: "a file behind >&" },
  // Blanks to one who reads, and none to a shell; the rest moves a cursor.
  { pattern: /(?!\n|\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u, name: "a character nobody sees" },
];

/** A change is written out: nothing in its line is made by running something first. */
const SUBSTITUTIONS: readonly Knot[] = [
  { pattern: /`/, name: "a command within a command" },
  { pattern: /\$\(/, name: "a command within a command" },
];

/** Why it is not plain; undefined when it is. Wherever it stands, in quotes as well. */
export function troubleOfText(command: string, isChanging: boolean): string | undefined {
  const knots = isChanging ? [...KNOTS, ...SUBSTITUTIONS] : KNOTS;
  const found = knots.find(({ pattern }) => pattern.test(command));
  if (!found) return undefined;
  return isChanging
    ? `${found.name}, beside a change: look in one command, then write the change out`
    : `${found.name}, where no sandbox holds it: write it out`;
}
