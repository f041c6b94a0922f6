// The words, ends and redirections of a line that is written out plainly: read from its characters,
// where all shells read the same, and refused where they might not.

export type PlainToken =
  /** `text` is what separates: `;`, `&&`, `||`, `|`, a new line, `&` at the very end. */
  | { readonly type: "end"; readonly text: string }
  /** A file follows. */
  | { readonly type: "file" }
  | PlainWord
  | { readonly type: "trouble"; readonly what: string };

export interface PlainWord {
  readonly type: "word";
  /** As it is written. */
  readonly text: string;
  /** Without `$` and braces; `?` and `!` are numbers. */
  readonly variables: readonly string[];
  /** The shell may look it up among files. */
  readonly isPattern: boolean;
}

const BLANKS = /[ \t]+/y;
/** In the background at the end alone: elsewhere shells differ on what else `&` begins. */
const END = /;(?![;&])|&&(?!&)|\|\|(?!\|)|\|(?![|&])|\n|&(?=\s*$)/y;
/** None right behind a word: what `12>file` is shells do not agree on. */
const DESCRIPTOR = /[012]?>&[012](?=[\s;|]|$)/y;
const FILE = /(?:[012]?>>?|<)(?![<>&|(])/y;

/** A test's own words, a place that xargs fills, what no file can be called, our home. */
const WHOLE = /(?:\[|\]|!=|!|\{\})(?=[\s;]|$)|~(?=\/)|https?:\/\/[\w./:,@%+=?-]+/y;
const VALUE = /\$(?:\w+|\{\w+\}|[?!])/.source;
const PIECE = new RegExp(
  `[\\w./:,@%+=^-]+|\\\\[!-~ ]|'[^']*'|"(?:[^"\\\\$\`]|\\\\[^\\n\`]|${VALUE})*"|${VALUE}|[*?[\\]]`,
  "y",
);
const VARIABLE = /\\.|\$(?:(\w+|[?!])|\{(\w+)\})/gs;

/** dash, and bash before 5.2, find `..` by it. */
const MAY_BE_WAY_BACK = /(?:^|\/)\.[^/]*[*?[]/;

/** Blanks to one who reads, and none to a shell; the rest moves a cursor. */
const UNSEEN = /(?!\n|\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

const TROUBLES: readonly (readonly [RegExp, string])[] = [
  [/`|\$\(/y, "a command within a command"],
  [/\$\{/y, "an expansion with an operand"],
  [/\$['"]/y, "a quotation of bash's own"],
  [/<</y, "a here-document"],
  [/[<>]/y, "a redirection of an unusual kind, or right behind a word"],
  [/["']/y, "a quotation that shells may read in different ways"],
  [/[&;|]/y, "a separator that shells may read in different ways"],
  [/[(){}]/y, "a group, a function or braces"],
  [/#/y, "a comment"],
  [/~/y, "a home by a short name"],
];

/** Ends with the first trouble. */
export function* readPlainTokens(text: string): Generator<PlainToken> {
  if (UNSEEN.test(text)) return yield { type: "trouble", what: "a character nobody sees" };
  for (let at = 0; at < text.length; ) {
    const skipped = match(BLANKS, text, at) ?? match(DESCRIPTOR, text, at);
    const end = match(END, text, at);
    const file = match(FILE, text, at);
    const word = skipped ?? end ?? file ?? wordAt(text, at);
    at += word.length;
    if (skipped !== undefined) continue;
    if (end !== undefined) yield { type: "end", text: end };
    else if (file !== undefined) yield { type: "file" };
    else if (word !== "" && /^(?:[\s;&|]|$)/.test(text.slice(at, at + 1))) {
      const token = asWord(word);
      if (token.isPattern && MAY_BE_WAY_BACK.test(word.replace(/['"\\]/g, ""))) {
        return yield { type: "trouble", what: "a pattern that may be .." };
      }
      yield token;
    } else return yield { type: "trouble", what: troubleAt(text, at) };
  }
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Empty where none begins. */
function wordAt(text: string, from: number): string {
  const whole = match(WHOLE, text, from);
  let at = from + (whole?.length ?? 0);
  for (;;) {
    const piece = match(PIECE, text, at);
    if (piece === undefined) return text.slice(from, at);
    at += piece.length;
  }
}

function asWord(text: string): PlainWord {
  const open = text.replace(/'[^']*'/g, "");
  const variables = [...open.matchAll(VARIABLE)].flatMap(
    ([, name, braced]) => name ?? braced ?? [],
  );
  const bare = open.replace(/\\.|"(?:[^"\\]|\\.)*"|\$[?!]/gs, "");
  const isWhole = match(WHOLE, bare, 0) === bare;
  return { type: "word", text, variables, isPattern: !isWhole && /[*?[\]]/.test(bare) };
}

function troubleAt(text: string, at: number): string {
  const named = TROUBLES.find(([pattern]) => match(pattern, text, at) !== undefined);
  return named?.[1] ?? `the character ${text.slice(at, at + 1)}`;
}
