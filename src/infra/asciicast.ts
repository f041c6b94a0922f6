// A recording of a terminal that any asciinema player shows (asciicast v2: a JSON line for the
// header, then one for each event). Each line is one write, as it happens: nothing is kept here.
// A kill ends a write where a page of the file ends (3 of 100 recordings were cut there), so no
// line goes over such an end: what is long is several events of the same moment.
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import type { Clock } from "../domain/clock.ts";
import { messageOf, OperatorError } from "../domain/errors.ts";
import { hasCode } from "./files.ts";

/** Of the file; larger pages end where these do. */
const PAGE_BYTES = 4_096;
/** Room for less than this at the end of a page is filled with blanks: a resize always fits. */
const LINE_BYTES_MIN = 256;

export interface RecorderOptions {
  readonly path: string;
  readonly columns: number;
  readonly rows: number;
  /** What TERM says, for the player. */
  readonly terminalType: string;
  readonly clock: Clock;
}

export class Recorder implements Disposable {
  readonly #fileDescriptor: number;
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  #bytes = 0;
  #lastAtMs = 0;
  #failure: string | undefined;
  #isClosed = false;

  /** Throws a usage error when the file exists or cannot be created. */
  static open(options: RecorderOptions): Recorder {
    return new Recorder(options);
  }

  private constructor({ path, columns, rows, terminalType, clock }: RecorderOptions) {
    this.#fileDescriptor = create(path);
    this.#clock = clock;
    this.#startedAtMs = clock.elapsed();
    const timestamp = Math.floor(clock.now() / 1000);
    const env = { TERM: terminalType };
    this.#append({ version: 2, width: columns, height: rows, timestamp, env });
  }

  /** Why nothing is recorded any more (a full disk); undefined while all is well. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** What was written to the terminal, exactly. Never throws. */
  write(text: string): void {
    const seconds = this.#seconds();
    const room = () => PAGE_BYTES - (this.#bytes % PAGE_BYTES);
    for (let rest = text; rest !== ""; ) {
      const event = (part: string) => [seconds, "o", part];
      const part = longestPart(rest, (some) => lineOf(event(some)).length <= room());
      if (!this.#append(event(part))) return;
      rest = rest.slice(part.length);
    }
  }

  /** Before the first frame in the new size. Never throws. */
  resize({ columns, rows }: { readonly columns: number; readonly rows: number }): void {
    this.#append([this.#seconds(), "r", `${columns}x${rows}`]);
  }

  [Symbol.dispose](): void {
    if (!this.#isClosed) closeSync(this.#fileDescriptor);
    this.#isClosed = true;
  }

  /** Never less than before: a player goes by the difference. */
  #seconds(): number {
    this.#lastAtMs = Math.max(this.#lastAtMs, this.#clock.elapsed() - this.#startedAtMs);
    return this.#lastAtMs / 1000;
  }

  /** False when it was not recorded. */
  #append(value: unknown): boolean {
    if (this.#failure !== undefined || this.#isClosed) return false;
    const line = lineOf(value);
    const left = PAGE_BYTES - ((this.#bytes + line.length) % PAGE_BYTES);
    const filled = left < LINE_BYTES_MIN ? lineOf(value, left) : line;
    try {
      writeFully(this.#fileDescriptor, filled);
      this.#bytes += filled.length;
      return true;
    } catch (error) {
      // A show goes on without its recording, which ends with the last whole line.
      this.#failure = messageOf(error);
      ftruncateSync(this.#fileDescriptor, this.#bytes);
      return false;
    }
  }
}

function lineOf(value: unknown, blanks = 0): Buffer {
  return Buffer.from(`${JSON.stringify(value)}${" ".repeat(blanks)}\n`);
}

/** At least a character; none is cut in two. */
function longestPart(text: string, fits: (part: string) => boolean): string {
  if (fits(text)) return text;
  let [kept, over] = [0, Math.min(text.length, PAGE_BYTES)];
  while (over - kept > 1) {
    const middle = Math.floor((kept + over) / 2);
    if (fits(text.slice(0, middle))) kept = middle;
    else over = middle;
  }
  const isCut = /[\ud800-\udbff]$/.test(text.slice(0, kept)) && kept > 1;
  return text.slice(0, isCut ? kept - 1 : kept);
}

function create(path: string): number {
  try {
    return openSync(path, "wx");
  } catch (error) {
    const hint = hasCode(error, "EEXIST")
      ? "name a file that does not exist: no recording is overwritten"
      : "name a file in a directory that you may write";
    throw new OperatorError("usage", `recording to ${path}: ${messageOf(error)}`, {
      hint,
      cause: error,
    });
  }
}

function writeFully(fileDescriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(fileDescriptor, bytes, written);
}
