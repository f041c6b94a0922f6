// The grammar of the lines. In grammar.txt a name stands behind an @, and its alternatives below
// it, one a line: `2× ` before one makes it as likely as two, `<name>` stands for one of another's.
// A bait is what must not run; it stands where it is text, or where the guard sees it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Alternatives } from "../../hostile/grammar.ts";

/** What would not be seen there, or end the line. */
const SIGNS: Readonly<Record<string, string>> = {
  ...{
    "⏎": "\n",
    "⇥": "\t",
    "␍": "\r",
    "␌": "\f",
    "⍽": "\u00a0",
    "↵": "\u2028",
    "∅": "",
    "␠": " ",
  },
};

export const GRAMMAR: Alternatives = readGrammar(
  readFileSync(join(import.meta.dir, "grammar.txt"), "utf8"),
);

function readGrammar(text: string): Alternatives {
  const sections = text.split(/^@/m).slice(1);
  return Object.fromEntries(
    sections.map((section) => {
      const [name = "", ...lines] = section.split("\n");
      return [name, lines.filter((line) => line !== "").flatMap(readAlternative)];
    }),
  );
}

function readAlternative(line: string): readonly string[] {
  const [, count = "1", written = ""] = /^(?:(\d+)× )?(.*)$/.exec(line) ?? [];
  const text = written.replace(/[⏎⇥␍␌⍽↵∅␠]/g, (sign) => SIGNS[sign] ?? "");
  return Array.from({ length: Number(count) }, () => text);
}
