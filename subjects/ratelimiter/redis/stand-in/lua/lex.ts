// Pure: the words of a Lua script, each with its line.
import { LuaError } from "./syntax.ts";

export type Token =
  | { readonly type: "name" | "keyword" | "symbol"; readonly text: string; readonly line: number }
  | { readonly type: "string"; readonly text: string; readonly line: number }
  | { readonly type: "number"; readonly value: number; readonly line: number }
  | { readonly type: "end"; readonly line: number };

const KEYWORDS = new Set(
  (
    "and break do else elseif end false for function if in local nil not or repeat return " +
    "then true until while"
  ).split(" "),
);

const LONG = /\[(=*)\[\r?\n?([\s\S]*?)\]\1\]/y;
const COMMENT = /--(?!\[=*\[)[^\n]*/y;
const BLANKS = /\s+/y;
const NAME = /[A-Za-z_]\w*/y;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;
const SYMBOL = /\.\.\.|\.\.|[<>=~]=|[-+*/%^#<>=(){}[\];:,.]/y;

/** The last one is of type `end`. Throws LuaError. */
export function lexLua(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return undefined;
    at += found.length;
    line += found.split("\n").length - 1;
    return found;
  };
  while (at < text.length) {
    if (take(BLANKS) !== undefined || take(COMMENT) !== undefined) continue;
    if (text.startsWith("--", at)) {
      at += 2;
      if (take(LONG) === undefined) throw new LuaError(`user_script:${line}: unfinished comment`);
      continue;
    }
    const startLine = line;
    const token = tokenAt(take, startLine);
    if (!token) throw new LuaError(`user_script:${line}: unexpected symbol near '${text[at]}'`);
    tokens.push(token);
  }
  return [...tokens, { type: "end", line }];
}

function tokenAt(take: (pattern: RegExp) => string | undefined, line: number): Token | undefined {
  const name = take(NAME);
  if (name !== undefined) {
    return { type: KEYWORDS.has(name) ? "keyword" : "name", text: name, line };
  }
  const number = take(NUMBER);
  if (number !== undefined) return { type: "number", value: Number(number), line };
  const quoted = take(STRING);
  if (quoted !== undefined)
    return { type: "string", text: withoutEscapes(quoted.slice(1, -1)), line };
  const long = take(LONG);
  if (long !== undefined) {
    const text = long.replace(/^\[=*\[\r?\n?/, "").replace(/\]=*\]$/, "");
    return { type: "string", text, line };
  }
  const symbol = take(SYMBOL);
  return symbol === undefined ? undefined : { type: "symbol", text: symbol, line };
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

function withoutEscapes(text: string): string {
  return text.replace(/\\(\d{1,3}|[\s\S])/g, (_, escaped: string) =>
    /^\d/.test(escaped) ? String.fromCharCode(Number(escaped)) : (ESCAPES[escaped] ?? escaped),
  );
}
