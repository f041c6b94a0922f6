// Pure: what commands read out of their words. All throw CommandError in Redis's words.
import { CommandError, NOT_AN_INTEGER, SYNTAX_ERROR } from "../wire/reply.ts";

export function readInteger(text: string | undefined, complaint = NOT_AN_INTEGER): number {
  const value = Number(text);
  const isWhole = text !== undefined && /^-?(?:0|[1-9]\d{0,17})$/.test(text);
  // Beyond what a double holds exactly there is no time and no count.
  if (isWhole && Number.isSafeInteger(value)) return value;
  throw new CommandError(complaint);
}

export function readScore(
  text: string | undefined,
  complaint = "ERR value is not a valid float",
): number {
  const plain = (text ?? "").toLowerCase();
  const infinite = /^([+-]?)inf(?:inity)?$/.exec(plain);
  if (infinite) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const isNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/.test(plain);
  if (isNumber) return Number(plain);
  throw new CommandError(complaint);
}

/** Pairs of words, such as fields and values. Throws `complaint` for an odd number. */
export function pairsIn(
  words: readonly string[],
  complaint: string,
): readonly (readonly [string, string])[] {
  if (words.length === 0 || words.length % 2 !== 0) throw new CommandError(complaint);
  const pairs: (readonly [string, string])[] = [];
  for (let at = 0; at < words.length; at += 2) pairs.push([words[at] ?? "", words[at + 1] ?? ""]);
  return pairs;
}

/** Options with a value each, in any order: `MATCH x COUNT 3`. Names are in lower case. */
export function optionsIn(
  words: readonly string[],
  known: readonly string[],
): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const [name, value] of words.length === 0 ? [] : pairsIn(words, SYNTAX_ERROR)) {
    if (!known.includes(name.toLowerCase())) throw new CommandError(SYNTAX_ERROR);
    options.set(name.toLowerCase(), value);
  }
  return options;
}

/** `*`, `?`, `[a-c]`, `[^a]` and `\` as Redis reads them in KEYS and SCAN. */
export function globPattern(glob: string): RegExp {
  const source = glob.replace(
    /\\([\s\S])|\[(\^?)((?:\\[\s\S]|[^\]\\])*)\]|[\s\S]/g,
    (part, escaped: string | undefined, not: string | undefined, members: string | undefined) => {
      if (escaped !== undefined) return literal(escaped);
      if (members !== undefined) return `[${not}${members.replace(/[[\]^]/g, "\\$&")}]`;
      return GLOB_MARKS[part] ?? literal(part);
    },
  );
  return new RegExp(`^${source}$`, "s");
}

const GLOB_MARKS: Readonly<Record<string, string>> = { "*": ".*", "?": "." };

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
