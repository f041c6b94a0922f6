// Lines that a seed gives: a plain one with a danger somewhere within it, mostly where it is text,
// and then some of its characters changed. Most are harmless to who reads them as a shell does.
import { type Alternatives, type Chance, chanceOf, expand } from "../../hostile/grammar.ts";
import { quoted } from "../disguises.ts";
import { damaged } from "./damage.ts";
import { GRAMMAR } from "./grammar.ts";

/** Around a whole line; what is within becomes code of another shell, or of this one. */
const AROUND: readonly ((line: string) => string)[] = [
  (line) => `sh -c ${quoted(line)}`,
  (line) => `bash -c ${quoted(line)}`,
  (line) => `eval ${quoted(line)}`,
  (line) => `eval ${line}`,
  (line) => `trap ${quoted(line)} EXIT`,
  (line) => `timeout 5 sh -c ${quoted(line)}`,
  (line) => `env A=b sh -c ${quoted(line)} sh a`,
  (line) => `find dir -exec sh -c ${quoted(line)} {} \\;`,
  (line) => `echo x | xargs sh -c ${quoted(line)}`,
  (line) => `(${line}\n)`,
  (line) => `{ ${line}\n}`,
  (line) => `{ ${line}; } 2>/dev/null`,
  (line) => `echo "$(${line}\n)"`,
  (line) => `x=$(${line}); echo "$x"`,
  (line) => `: \`${line.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``,
  (line) => `f() { ${line}\n}; f`,
  (line) => `if true; then ${line}\nfi`,
  (line) => `for i in a b; do ${line}\ndone`,
  (line) => `while read -r i; do ${line}\ndone < a`,
  (line) => `case a in a) ${line}\n;; esac`,
  (line) => `cat <<E\n${line}\nE\n`,
  (line) => `cat <<'E'\n${line}\nE\n`,
  (line) => `cat <<-E\n\t${line}\n\tE\n`,
  (line) => `cat <<E\n$(${line})\nE\n`,
  (line) => `# ${line}`,
  (line) => `ls; ${line}`,
  (line) => `ls | ${line}`,
  (line) => `false && ${line}`,
];

const LAYERS = [0, 0, 0, 0, 0, 1, 1, 2];
const SCRATCHES = [0, 0, 0, 1];
const WRITTEN_SHARE = 0.35;
const WOUNDS = [0, 0, 0, 1, 1, 1, 2, 2, 3];

/** A line, and how to have it again. */
export interface NamedLine {
  readonly name: string;
  readonly line: string;
  /** To be read as on a machine without a sandbox. */
  readonly isUnheld: boolean;
}

const UNHELD_EACH = 4;

const TRAPS = ["quotation", "lexer", "joined", "braces", "document", "sum", "elsewhere", "many"];

/** Each quarrel that is known, as it is written; none is about what a sandbox keeps away. */
export function trapLines(): readonly NamedLine[] {
  const grammar: Alternatives = { ...GRAMMAR, bait: ["reboot"] };
  return TRAPS.flatMap((kind) =>
    (grammar[kind] ?? []).map((text, index) => ({
      name: `${kind} ${index}`,
      line: expand(text, grammar, chanceOf(index)),
      isUnheld: false,
    })),
  );
}

export interface Span {
  /** The first seed. */
  readonly from: number;
  readonly count: number;
}

export function* seededLines({ from, count }: Span): Generator<NamedLine> {
  for (let seed = from; seed < from + count; seed += 1) {
    yield { name: `seed ${seed}`, line: lineOf(seed), isUnheld: seed % UNHELD_EACH === 0 };
  }
}

function lineOf(seed: number): string {
  const chance = chanceOf(seed);
  if (chance.happens(WRITTEN_SHARE)) return written(chance);
  const count = chance.oneOf(LAYERS);
  let line = expand("<line>", GRAMMAR, chance);
  for (let layer = 0; layer < count; layer += 1) line = chance.oneOf(AROUND)(line);
  return woundedBy(chance, { line, wounds: chance.oneOf(WOUNDS) });
}

/** As what no sandbox holds has to be, or nearly so. */
function written(chance: Chance): string {
  const line = expand("<written>", GRAMMAR, chance);
  return woundedBy(chance, { line, wounds: chance.oneOf(SCRATCHES) });
}

interface Wounded {
  readonly line: string;
  readonly wounds: number;
}

function woundedBy(chance: Chance, { line, wounds }: Wounded): string {
  let text = line;
  for (let wound = 0; wound < wounds; wound += 1) text = damaged(text, chance);
  // No argument of a program holds one.
  return text.replaceAll("\0", "").toWellFormed();
}
