// A clock that runs ahead, the same for all processes of a world: leases and backoffs of many
// seconds are over in tenths of one, and no bound has to be another than in production.
import type { Clock } from "../../src/domain/clock.ts";

export const SPEED_ENV = "CLOCK_SPEED";

/** From here on it runs ahead; any moment in the past will do. */
const BEGINNING_MS = 1_700_000_000_000;

export function hurry(real: Clock, speed: number): Clock {
  return {
    ...real,
    now: () => Math.round(BEGINNING_MS + (real.now() - BEGINNING_MS) * speed),
    elapsed: () => Math.round(real.elapsed() * speed),
    sleep: (durationMs, signal) => real.sleep(durationMs / speed, signal),
  };
}
