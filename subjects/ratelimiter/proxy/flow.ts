// One direction of one connection: bytes that come in go out in the same order, as late as the
// link's effect says. Without an effect they are handed on at once.
import type { Socket } from "bun";
import type { Clock } from "../../../src/domain/clock.ts";
import { delayOf, type Effect } from "./effect.ts";

export interface FlowOptions {
  /** As it is now. */
  readonly effect: () => Effect;
  readonly clock: Clock;
  /** Yields [0, 1). */
  readonly random: () => number;
  readonly source: Socket<unknown>;
}

interface Piece {
  readonly dueMs: number;
  readonly bytes: Uint8Array;
}

/** Beyond it the source is read no further, until some have gone out. */
const WAITING_BYTES_MAX = 1024 * 1024;

export class Flow {
  readonly #options: FlowOptions;
  readonly #waiting: Piece[] = [];
  #waitingBytes = 0;
  #target: Socket<unknown> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The target's own buffer is full. */
  #isBlocked = false;
  #isSourcePaused = false;
  #hasEnded = false;

  constructor(options: FlowOptions) {
    this.#options = options;
  }

  /** Until then what comes in waits. */
  aimAt(target: Socket<unknown>): void {
    this.#target = target;
    this.pump();
  }

  take(bytes: Uint8Array): void {
    const { clock, random } = this.#options;
    const effect = this.#options.effect();
    const delayMs = delayOf(effect, random);
    const isFree = delayMs === 0 && !effect.isSilent && this.#waiting.length === 0;
    const sentBytes = isFree && this.#target ? this.#write(this.#target, bytes) : 0;
    if (sentBytes === bytes.length) return;
    const dueMs = Math.max(clock.now() + delayMs, this.#waiting.at(-1)?.dueMs ?? 0);
    this.#waiting.push({ dueMs, bytes: bytes.subarray(sentBytes) });
    this.#waitingBytes += bytes.length - sentBytes;
    this.pump();
  }

  /** The target takes more again. */
  unblock(): void {
    this.#isBlocked = false;
    this.pump();
  }

  /** What waits still goes out; then the target is ended. */
  finish(): void {
    this.#hasEnded = true;
    this.pump();
  }

  /** Forgets what waits. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#target = undefined;
    this.#waiting.length = 0;
  }

  /** Hands on what is due; to be called whenever something about the link has changed. */
  pump(): void {
    clearTimeout(this.#timer);
    if (this.#target && !this.#options.effect().isSilent) this.#sendDue(this.#target);
    this.#holdSource(this.#waitingBytes > WAITING_BYTES_MAX);
  }

  #sendDue(target: Socket<unknown>): void {
    for (let piece = this.#waiting[0]; piece && !this.#isBlocked; piece = this.#waiting[0]) {
      const waitMs = piece.dueMs - this.#options.clock.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.pump(), waitMs);
        return;
      }
      this.#send(target, piece);
    }
    if (this.#hasEnded && this.#waiting.length === 0) target.end();
  }

  #send(target: Socket<unknown>, { dueMs, bytes }: Piece): void {
    const sentBytes = this.#write(target, bytes);
    this.#waitingBytes -= sentBytes;
    this.#waiting.shift();
    if (sentBytes < bytes.length)
      this.#waiting.unshift({ dueMs, bytes: bytes.subarray(sentBytes) });
  }

  /** How many the target took. */
  #write(target: Socket<unknown>, bytes: Uint8Array): number {
    // -1 stands for a socket that is closed: its own close handler ends this flow.
    const sentBytes = Math.max(0, target.write(bytes));
    if (sentBytes < bytes.length) this.#isBlocked = true;
    return sentBytes;
  }

  #holdSource(isWanted: boolean): void {
    if (isWanted === this.#isSourcePaused) return;
    this.#isSourcePaused = isWanted;
    if (isWanted) this.#options.source.pause();
    else this.#options.source.resume();
  }
}
