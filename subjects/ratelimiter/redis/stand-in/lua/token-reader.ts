// The tokens of a script in turn, with what a parser asks of the next one.
import type { Token } from "./lex.ts";
import { LuaError } from "./syntax.ts";

/** Beyond it a script would fill our own stack. */
const DEPTH_MAX = 100;

export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get next(): Token {
    return this.#tokens[this.#at] ?? { type: "end", line: 0 };
  }

  get line(): number {
    return this.next.line;
  }

  /** Of a keyword or a symbol; "" for all else. */
  get word(): string {
    const { next } = this;
    return next.type === "keyword" || next.type === "symbol" ? next.text : "";
  }

  advance(): Token {
    const token = this.next;
    this.#at += 1;
    return token;
  }

  /** Advances when the next one is this keyword or symbol. */
  accept(word: string): boolean {
    const isNext = this.word === word;
    if (isNext) this.#at += 1;
    return isNext;
  }

  expect(word: string): void {
    if (!this.accept(word)) throw this.complaint(`'${word}' expected`);
  }

  expectName(): string {
    const token = this.next;
    if (token.type !== "name") throw this.complaint("<name> expected");
    this.#at += 1;
    return token.text;
  }

  /** Every part that can hold another of its kind is parsed in here. */
  deeper<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw this.complaint("chunk has too many syntax levels");
    const found = parse();
    this.#depth -= 1;
    return found;
  }

  /** About the next token. */
  complaint(what: string): LuaError {
    return new LuaError(`user_script:${this.line}: ${what} near '${this.#said()}'`);
  }

  #said(): string {
    const { next } = this;
    if (next.type === "end") return "<eof>";
    return next.type === "number" ? String(next.value) : next.text;
  }
}
