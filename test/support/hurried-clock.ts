// A clock that never waits: a sleep moves it on at once. For loops whose ticks a test counts.
import type { Clock } from "../../src/domain/clock.ts";

export interface HurriedClock extends Clock {
  advance(durationMs: number): void;
  /** Sets the wall clock forward, or back, by so much. */
  jump(durationMs: number): void;
}

export function hurriedClock(startMs = 1_000_000): HurriedClock {
  let [elapsedMs, aheadMs] = [0, startMs];
  return {
    now: () => aheadMs + elapsedMs,
    elapsed: () => elapsedMs,
    advance: (durationMs) => {
      elapsedMs += durationMs;
    },
    jump: (durationMs) => {
      aheadMs += durationMs;
    },
    sleep: async (durationMs, signal) => {
      if (!signal?.aborted) elapsedMs += Math.max(0, durationMs);
    },
  };
}
