// Which key every check of the load on a limiter asks for, decided in advance. A quarter goes to
// keys that have more than their limit: one hot key, and busy keys that trickle below their limit
// and burst, which is where a count by fixed windows lets through up to twice the limit.
import { seededRandom } from "../../src/infra/clock.ts";

export interface Schedule {
  /** Checks in all, evenly apart. */
  readonly count: number;
  dueMs(check: number): number;
  /** An index into `keys`. */
  keyOf(check: number): number;
  readonly keys: readonly string[];
}

export interface ScheduleOptions {
  readonly perSecond: number;
  readonly durationMs: number;
  readonly seed: number;
}

export const HOT_KEY = "hot";
const BUSY_KEYS = 200;
/** Two checks a second for each: a third of what the default limit lets through. */
const USERS = 3_750;
/** Busy keys that burst together, and for how long: 50 checks each, of which 30 pass at most. */
const BURST_KEYS = 5;
const BURST_MS = 250;

export function createSchedule({ perSecond, durationMs, seed }: ScheduleOptions): Schedule {
  const random = seededRandom(seed);
  const count = Math.floor((perSecond * durationMs) / 1000);
  const dueMs = (check: number) => (check * 1000) / perSecond;
  const anyOf = (length: number) => Math.floor(random() * length);
  const keys = [HOT_KEY, ...named("busy", BUSY_KEYS), ...named("user", USERS)];
  const [firstBusy, firstUser] = [1, 1 + BUSY_KEYS];
  const chosen = new Uint16Array(count);
  for (let check = 0; check < count; check += 1) {
    const share = random();
    if (share < 0.05) chosen[check] = 0;
    else if (share < 0.15) chosen[check] = firstBusy + anyOf(BUSY_KEYS);
    else if (share < 0.25) chosen[check] = firstBusy + burstingAt(dueMs(check), anyOf(BURST_KEYS));
    else chosen[check] = firstUser + anyOf(USERS);
  }
  return { count, dueMs, keys, keyOf: (check) => chosen[check] ?? 0 };
}

/** One group after the other. */
function burstingAt(atMs: number, member: number): number {
  return (Math.floor(atMs / BURST_MS) * BURST_KEYS + member) % BUSY_KEYS;
}

function named(name: string, length: number): readonly string[] {
  return Array.from({ length }, (_, index) => `${name}-${index + 1}`);
}
