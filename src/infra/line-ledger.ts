// A file of JSON lines that is only appended to, and first: what counts afterwards is on file
// before, so that whoever was killed goes on with it. Blocks while it writes.
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { z } from "zod";
import { messageOf, OperatorError } from "../domain/errors.ts";
import { parseJsonText } from "./json-text.ts";

export interface LineLedgerOptions<L> {
  readonly path: string;
  readonly schema: z.ZodType<L>;
  /** What the user can do when the file cannot be read or written. */
  readonly hint: string;
  /** Is told each line: those that are there already, and each that is appended. */
  readonly count: (line: L) => void;
}

/** Holds the file open. Throws OperatorError when the file cannot be read or written. */
export class LineLedger<L> implements Disposable {
  readonly #options: LineLedgerOptions<L>;
  readonly #file: number;
  /** Somebody wrote into this file before. */
  readonly hasPast: boolean;

  /** A line that a crash cut short is passed over. */
  constructor(options: LineLedgerOptions<L>) {
    const { path, schema, count } = options;
    this.#options = options;
    this.#file = this.#attempt("opening the ledger", () => {
      mkdirSync(dirname(path), { recursive: true });
      return openSync(path, "a+");
    });
    const text = this.#attempt("reading the ledger", () => readFileSync(path, "utf8"));
    this.hasPast = text !== "";
    for (const line of text.split("\n")) {
      const { data } = schema.safeParse(parseJsonText(line));
      if (data !== undefined) count(data);
    }
    if (this.hasPast && !text.endsWith("\n")) this.#write("\n");
  }

  append(line: L): void {
    this.#write(`${JSON.stringify(line)}\n`);
    this.#options.count(line);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #write(text: string): void {
    this.#attempt("writing to the ledger", () => writeSync(this.#file, text));
  }

  #attempt<T>(doing: string, work: () => T): T {
    try {
      return work();
    } catch (cause) {
      const { path, hint } = this.#options;
      throw new OperatorError("runtime", `${doing} ${path}: ${messageOf(cause)}`, { hint, cause });
    }
  }
}
