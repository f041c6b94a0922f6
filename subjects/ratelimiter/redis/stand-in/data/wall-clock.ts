// Redis's clock, in microseconds: the wall clock, with the parts of a millisecond from the one that
// never jumps.
import type { Clock } from "../../../../../src/domain/clock.ts";

/** Beyond it the wall clock was set, and is followed. */
const APART_US_MAX = 2_000;

export function createWallClock(clock: Clock): () => number {
  let offsetUs = clock.now() * 1_000 - performance.now() * 1_000;
  return () => {
    const runningUs = performance.now() * 1_000;
    const wallUs = clock.now() * 1_000;
    if (Math.abs(runningUs + offsetUs - wallUs) > APART_US_MAX) offsetUs = wallUs - runningUs;
    return Math.floor(runningUs + offsetUs);
  };
}
