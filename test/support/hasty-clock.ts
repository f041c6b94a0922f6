// The real clock to whoever waits for a bound: its waiting is over twenty times sooner.
import type { Clock } from "../../src/domain/clock.ts";
import { systemClock } from "../../src/infra/clock.ts";

export const hastyClock: Clock = { ...systemClock, elapsed: () => 20 * systemClock.elapsed() };
