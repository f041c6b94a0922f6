// Writes to a terminal without ever waiting for it. A terminal that takes nothing (a lost
// connection, a stopped multiplexer) would otherwise stop us, and at full pipes our children.
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { hasCode } from "./files.ts";

export interface TtyOutputOptions {
  /** Of the terminal. */
  readonly fileDescriptor: number;
  /** Everything is taken that at first was not. */
  readonly onDrained: () => void;
  /** It was closed. Called once, and never from within a method. */
  readonly onLost: () => void;
}

// A terminal of Linux takes some 10 KB at once, and its reader is back for more within a
// millisecond; one that is really held up is asked less and less often.
const RETRY_MS_MIN = 1;
const RETRY_MS_MAX = 16;

export class TtyOutput implements Disposable {
  readonly #options: TtyOutputOptions;
  readonly #reopened: number | undefined;
  #waiting: Buffer = Buffer.alloc(0);
  #retry: Timer | undefined;
  #isClosed = false;

  constructor(options: TtyOutputOptions) {
    this.#options = options;
    this.#reopened = openAgain(options.fileDescriptor);
  }

  get isBehind(): boolean {
    return this.#waiting.length > 0;
  }

  write(text: string): void {
    if (this.#isClosed) return;
    this.#waiting = Buffer.concat([this.#waiting, Buffer.from(text)]);
    if (this.#retry !== undefined) return;
    this.#writeWhatFits();
    if (this.isBehind) this.#retryAfter(RETRY_MS_MIN);
  }

  flush(withinMs: number): void {
    for (let waitedMs = 0; this.isBehind && waitedMs < withinMs; waitedMs += RETRY_MS_MIN) {
      Bun.sleepSync(RETRY_MS_MIN);
      this.#writeWhatFits();
    }
  }

  [Symbol.dispose](): void {
    if (this.#reopened !== undefined && !this.#isClosed) closeSync(this.#reopened);
    this.#close();
  }

  #retryAfter(delayMs: number): void {
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#writeWhatFits();
      if (this.isBehind) this.#retryAfter(Math.min(2 * delayMs, RETRY_MS_MAX));
      else this.#options.onDrained();
    }, delayMs);
  }

  #writeWhatFits(): void {
    try {
      while (this.isBehind) {
        const written = writeSync(this.#fileDescriptor, this.#waiting);
        this.#waiting = this.#waiting.subarray(written);
      }
    } catch (error) {
      if (hasCode(error, "EAGAIN")) return;
      // EIO or EPIPE: whatever is wrong with it, nobody sees it any more.
      this[Symbol.dispose]();
      queueMicrotask(this.#options.onLost);
    }
  }

  get #fileDescriptor(): number {
    return this.#reopened ?? this.#options.fileDescriptor;
  }

  #close(): void {
    this.#isClosed = true;
    this.#waiting = Buffer.alloc(0);
    clearTimeout(this.#retry);
  }
}

/**
 * The same terminal as a file of our own: not to wait is a property of the open file, which we
 * share with the shell that started us. Undefined when it cannot be opened: then writes do wait.
 */
function openAgain(fileDescriptor: number): number | undefined {
  const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  // The second where there is no /proc, or after su(1), when the terminal's file is another's.
  for (const path of [`/proc/self/fd/${fileDescriptor}`, "/dev/tty"]) {
    try {
      return openSync(path, flags);
    } catch {
      // ENOENT, EACCES, ENXIO: the next one.
    }
  }
  return undefined;
}
