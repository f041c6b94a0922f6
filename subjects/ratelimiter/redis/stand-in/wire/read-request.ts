// Requests out of bytes that come in any pieces: arrays of bulk strings, or a line of words as a
// person types it. What is no request ends the connection, in Redis's own words.
import { splitWords } from "./split-words.ts";

export type Request =
  | { readonly type: "words"; readonly words: readonly string[] }
  /** Nothing more is read after it. */
  | { readonly type: "broken"; readonly reason: string };

// proto-max-bulk-len, PROTO_INLINE_MAX_SIZE and INT_MAX: redis 7.0 src/config.c, src/networking.c
const BULK_BYTES_MAX = 512 * 1024 * 1024;
const LINE_BYTES_MAX = 64 * 1024;
const WORDS_MAX = 2 ** 31 - 1;

/** A request whose beginning has come. */
interface Partial {
  readonly wanted: number;
  readonly words: string[];
  /** Of the bulk string whose head has come, without its line end. */
  bulkBytes: number | undefined;
}

export class RequestReader {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #partial: Partial | undefined;
  #isBroken = false;

  /** What is not read yet. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  add(bytes: Uint8Array): void {
    // Bun's socket keeps its buffer: these bytes have to outlive this call.
    this.#pieces.push(Buffer.from(bytes));
    this.#bytes += bytes.length;
  }

  /** Undefined until more has come. */
  next(): Request | undefined {
    while (!this.#isBroken) {
      const found = this.#partial ? this.#readBulk(this.#partial) : this.#readHead();
      if (found === undefined) return undefined;
      if (found === "more") continue;
      if (found.type === "broken") this.#isBroken = true;
      if (found.type === "broken" || found.words.length > 0) return found;
    }
    return undefined;
  }

  #readHead(): Request | "more" | undefined {
    const line = this.#takeLine();
    if (line.state === "none") return undefined;
    const isArray = line.mark === "*";
    if (line.state === "too_long") {
      return broken(isArray ? "too big mbulk count string" : "too big inline request");
    }
    if (!isArray) return inlineRequest(line.text);
    const wanted = wholeNumber(line.text.slice(1));
    if (wanted === undefined || wanted > WORDS_MAX) return broken("invalid multibulk length");
    if (wanted > 0) this.#partial = { wanted, words: [], bulkBytes: undefined };
    return "more";
  }

  #readBulk(partial: Partial): Request | "more" | undefined {
    if (partial.bulkBytes === undefined) return this.#readBulkHead(partial);
    if (this.#bytes < partial.bulkBytes + 2) return undefined;
    const bytes = this.#take(partial.bulkBytes + 2);
    partial.words.push(bytes.toString("latin1", 0, partial.bulkBytes));
    partial.bulkBytes = undefined;
    if (partial.words.length < partial.wanted) return "more";
    this.#partial = undefined;
    return { type: "words", words: partial.words };
  }

  #readBulkHead(partial: Partial): Request | "more" | undefined {
    const line = this.#takeLine();
    if (line.state === "none") return undefined;
    if (line.state === "too_long") return broken("too big bulk count string");
    if (line.mark !== "$") return broken(`expected '$', got '${line.mark}'`);
    const bytes = wholeNumber(line.text.slice(1));
    if (bytes === undefined || bytes < 0 || bytes > BULK_BYTES_MAX) {
      return broken("invalid bulk length");
    }
    partial.bulkBytes = bytes;
    return "more";
  }

  #takeLine():
    | { readonly state: "none" }
    | { readonly state: "too_long"; readonly mark: string }
    | { readonly state: "line"; readonly mark: string; readonly text: string } {
    const all = this.#joined();
    const end = all.indexOf("\n");
    const mark = all.toString("latin1", 0, 1);
    if (end < 0) return { state: all.length > LINE_BYTES_MAX ? "too_long" : "none", mark };
    if (end > LINE_BYTES_MAX) return { state: "too_long", mark };
    const text = this.#take(end + 1).toString("latin1", 0, end);
    return { state: "line", mark, text: text.endsWith("\r") ? text.slice(0, -1) : text };
  }

  #take(bytes: number): Buffer {
    const all = this.#joined();
    this.#pieces = all.length > bytes ? [all.subarray(bytes)] : [];
    this.#bytes -= bytes;
    return all.subarray(0, bytes);
  }

  /** A long bulk string comes in thousands of pieces: they are joined when it is complete. */
  #joined(): Buffer {
    if (this.#pieces.length !== 1) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0] ?? Buffer.alloc(0);
  }
}

function inlineRequest(line: string): Request {
  const words = splitWords(line);
  return words ? { type: "words", words } : broken("unbalanced quotes in request");
}

function broken(reason: string): Request {
  return { type: "broken", reason: `ERR Protocol error: ${reason}` };
}

/** Undefined for what Redis takes for no number; an array of no or fewer words is skipped. */
function wholeNumber(text: string): number | undefined {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}
