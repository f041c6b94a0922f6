// A clock that never waits: a sleep moves it on at once. For loops whose ticks a test counts.
import type { Clock } from "../../src/domain/clock.ts";

export interface HurriedClock extends Clock {
  advance(durationMs: number): void;
}

export function hurriedClock(startMs = 1_000_000): HurriedClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (durationMs) => {
      nowMs += durationMs;
    },
    sleep: async (durationMs, signal) => {
      if (!signal?.aborted) nowMs += Math.max(0, durationMs);
    },
  };
}
