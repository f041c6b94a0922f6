// A recording of a terminal that any asciinema player shows (asciicast v2: a JSON line for the
// header, then one for each event). Each line is one write, as it happens: nothing is kept here.
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import type { Clock } from "../domain/clock.ts";
import { messageOf, OperatorError } from "../domain/errors.ts";
import { hasCode } from "./files.ts";

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
    this.#append([this.#seconds(), "o", text]);
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

  #append(value: unknown): void {
    if (this.#failure !== undefined || this.#isClosed) return;
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    try {
      writeFully(this.#fileDescriptor, line);
      this.#bytes += line.length;
    } catch (error) {
      // A show goes on without its recording, which ends with the last whole line.
      this.#failure = messageOf(error);
      ftruncateSync(this.#fileDescriptor, this.#bytes);
    }
  }
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
