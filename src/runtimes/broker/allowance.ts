// How often something may be done: a few at once, and then one in so many milliseconds.
import type { Clock } from "../../domain/clock.ts";

export interface AllowanceOptions {
  readonly atOnce: number;
  /** Until one more is allowed. */
  readonly everyMs: number;
  readonly clock: Clock;
}

/** Each call takes one; false, and nothing is taken, when there is none left. */
export function createAllowance({ atOnce, everyMs, clock }: AllowanceOptions): () => boolean {
  let left = atOnce;
  let countedAtMs = clock.elapsed();
  return () => {
    const nowMs = clock.elapsed();
    left = Math.min(atOnce, left + Math.max(0, nowMs - countedAtMs) / everyMs);
    countedAtMs = nowMs;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
