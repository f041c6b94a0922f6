// A program's command line, read as getopt and pflag read it: from left to right, every option
// known beforehand. Pure.

export interface Options {
  /** Short ones without a value, which may stand together: "it". */
  readonly letters?: string;
  /** Long ones without a value. */
  readonly flags?: readonly string[];
  /** With one: by their names, which stand for the same, with blanks between. */
  readonly values?: Readonly<Record<string, RegExp>>;
  /** By the names of `values`: more than once, and each counts. */
  readonly repeated?: readonly string[];
}

export interface Verb {
  readonly options?: Options;
  /** What each operand looks like; the last pattern is for all that follow. */
  readonly operands?: readonly RegExp[];
  /** How many there are. */
  readonly min?: number;
  readonly max?: number;
  /** By the names of `values`: without it the call is none of these. */
  readonly required?: string;
  /** Behind so many operands stands a command, which is judged by itself. */
  readonly runsAfter?: number;
}

export interface Grammar {
  /** Of the program itself; for all its verbs. */
  readonly options?: Options;
  /** They stand anywhere: between a verb's words and operands, too. */
  readonly arePermuted?: true;
  /** Behind the first operand there are no options any more. */
  readonly areLeading?: true;
  /** By its words; "" for a program that has none. */
  readonly verbs: Readonly<Record<string, Verb>>;
  /** A verb of this name has a grammar of its own behind it. */
  readonly groups?: Readonly<Record<string, Grammar>>;
}

/** Not for what the program would make of words that stand in no grammar: it may refuse them. */
export function isInForm(grammar: Grammar, args: readonly string[]): boolean {
  const seen = new Set<string>();
  const own = grammar.options ?? {};
  const at = skipOptions(args, { options: own, seen, from: 0 });
  const { groups = {} } = grammar;
  const name = args[at] ?? "";
  const group = Object.hasOwn(groups, name) ? groups[name] : undefined;
  if (group) return isInForm(group, args.slice(at + 1));
  const found = verbAt(grammar, args.slice(at));
  if (!found) return false;
  const { verb, length } = found;
  const options = grammar.arePermuted ? merged(own, verb.options) : (verb.options ?? {});
  const areLeading = grammar.areLeading === true;
  return isWhole(args.slice(at + length), { verb, options, areLeading, seen });
}

function merged(own: Options, { letters = "", flags = [], values, repeated }: Options = {}) {
  return {
    letters: `${own.letters ?? ""}${letters}`,
    flags: [...(own.flags ?? []), ...flags],
    values: { ...own.values, ...values },
    repeated: [...(own.repeated ?? []), ...(repeated ?? [])],
  };
}

interface FoundVerb {
  readonly verb: Verb;
  /** Of its words. */
  readonly length: number;
}

function verbAt({ verbs }: Grammar, args: readonly string[]): FoundVerb | undefined {
  for (const length of [3, 2, 1, 0]) {
    const name = args.slice(0, length).join(" ");
    const verb = args.length >= length && Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (verb) return { verb, length };
  }
  return undefined;
}

interface Reading {
  readonly verb: Verb;
  readonly options: Options;
  readonly areLeading: boolean;
  readonly seen: Set<string>;
}

/** Of what stands behind the verb. An empty word names nothing. */
function isWhole(rest: readonly string[], { verb, options, areLeading, seen }: Reading): boolean {
  const { operands = [], min = 0, max = operands.length, runsAfter } = verb;
  let count = 0;
  let at: number | undefined = 0;
  while (at !== undefined && at < rest.length) {
    const word = rest[at] ?? "";
    if (/^-./.test(word) && !(areLeading && count > 0)) {
      at = skipOption(rest, { options, seen, from: at });
    } else {
      const pattern = operands[Math.min(count, operands.length - 1)];
      if (word !== "" && pattern?.test(word) !== true) return false;
      count += word === "" ? 0 : 1;
      at += 1;
      if (count === runsAfter) return true;
    }
  }
  const hasRequired = verb.required === undefined || seen.has(verb.required);
  const isEnd = at !== undefined && runsAfter === undefined && hasRequired;
  return isEnd && count >= min && count <= max;
}

interface Skipping {
  readonly options: Options;
  /** Each once. */
  readonly seen: Set<string>;
  readonly from: number;
}

/** The index behind those that are understood. */
function skipOptions(args: readonly string[], skipping: Skipping): number {
  let at = skipping.from;
  for (;;) {
    const isOption = /^-./.test(args[at] ?? "");
    const next = isOption ? skipOption(args, { ...skipping, from: at }) : undefined;
    if (next === undefined) return at;
    at = next;
  }
}

function skipOption(args: readonly string[], skipping: Skipping): number | undefined {
  const word = args[skipping.from] ?? "";
  const { flags = [], values = {} } = skipping.options;
  if (flags.includes(word)) return once(word, skipping) ? skipping.from + 1 : undefined;
  // As find has them.
  const isWhole = /^-[a-z]{2}/.test(word) && Object.hasOwn(values, word);
  if (isWhole) return takeValue(args, { ...skipping, name: word, joined: undefined });
  return word.startsWith("--") ? skipLong(args, skipping) : skipShort(args, skipping);
}

function skipLong(args: readonly string[], skipping: Skipping): number | undefined {
  const word = args[skipping.from] ?? "";
  const [, name = word, joined] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? [];
  return takeValue(args, { ...skipping, name, joined });
}

/** Letters without a value; the last may have one, in the same word or in the next. */
function skipShort(args: readonly string[], skipping: Skipping): number | undefined {
  const letters = (args[skipping.from] ?? "").slice(1);
  const { letters: plain = "" } = skipping.options;
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters[index] ?? "";
    if (plain.includes(letter)) {
      if (!once(`-${letter}`, skipping)) return undefined;
    } else {
      const joined = letters.slice(index + 1) || undefined;
      return takeValue(args, { ...skipping, name: `-${letter}`, joined });
    }
  }
  return skipping.from + 1;
}

interface Taking extends Skipping {
  readonly name: string;
  readonly joined: string | undefined;
}

function takeValue(args: readonly string[], taking: Taking): number | undefined {
  const { options, name, joined, from } = taking;
  const known = Object.entries(options.values ?? {}).find(([names]) =>
    names.split(" ").includes(name),
  );
  const value = joined ?? args[from + 1];
  if (!known || value === undefined || !known[1].test(value)) return undefined;
  // By any of its names.
  if (!once(known[0], taking) && !options.repeated?.includes(known[0])) return undefined;
  return joined === undefined ? from + 2 : from + 1;
}

function once(name: string, { seen }: Skipping): boolean {
  const isFirst = !seen.has(name);
  seen.add(name);
  return isFirst;
}
