// One direction of one connection: bytes go on in their order, each piece so much later.
import type { Socket } from "bun";

export interface DelayedOptions {
  readonly source: Socket<unknown>;
  readonly target: Socket<unknown>;
  /** In milliseconds, asked for each piece. */
  readonly delayMs: () => number;
  readonly now: () => number;
}

interface Piece {
  readonly dueMs: number;
  readonly bytes: Uint8Array;
}

/** Beyond it the source is read no further: at a delay of 200 ms some 40 MiB/s. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;

export class Delayed {
  readonly #options: DelayedOptions;
  readonly #waiting: Piece[] = [];
  #waitingBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The target's own buffer is full. */
  #isBlocked = false;
  #isSourcePaused = false;
  #hasEnded = false;

  constructor(options: DelayedOptions) {
    this.#options = options;
  }

  take(bytes: Uint8Array): void {
    const dueMs = this.#options.now() + this.#options.delayMs();
    // What comes later overtakes nothing.
    this.#waiting.push({ dueMs: Math.max(dueMs, this.#waiting.at(-1)?.dueMs ?? 0), bytes });
    this.#waitingBytes += bytes.length;
    this.#pump();
  }

  /** The target takes more again. */
  unblock(): void {
    this.#isBlocked = false;
    this.#pump();
  }

  /** What waits still goes out; then the target is ended. */
  finish(): void {
    this.#hasEnded = true;
    this.#pump();
  }

  /** The target is gone: forgets what waits. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
    this.#isBlocked = true;
  }

  #pump(): void {
    clearTimeout(this.#timer);
    for (let piece = this.#waiting[0]; piece && !this.#isBlocked; piece = this.#waiting[0]) {
      const waitMs = piece.dueMs - this.#options.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#pump(), waitMs);
        break;
      }
      this.#send(piece);
    }
    if (this.#hasEnded && this.#waiting.length === 0) this.#options.target.end();
    this.#holdSource(this.#waitingBytes > WAITING_BYTES_MAX);
  }

  #send({ dueMs, bytes }: Piece): void {
    // -1 stands for a socket that is closed: its own close handler ends this direction.
    const sentBytes = Math.max(0, this.#options.target.write(bytes));
    this.#waitingBytes -= sentBytes;
    this.#waiting.shift();
    if (sentBytes === bytes.length) return;
    this.#isBlocked = true;
    this.#waiting.unshift({ dueMs, bytes: bytes.subarray(sentBytes) });
  }

  #holdSource(isWanted: boolean): void {
    if (isWanted === this.#isSourcePaused || this.#hasEnded) return;
    this.#isSourcePaused = isWanted;
    if (isWanted) this.#options.source.pause();
    else this.#options.source.resume();
  }
}
