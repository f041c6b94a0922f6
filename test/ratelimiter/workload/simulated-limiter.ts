// An exact limiter in front of a Redis with a clock of its own, in memory. What its clients see of
// its decisions comes late, or never.
import { type Seen, WINDOW_MS } from "./accounting.ts";

export interface SimulatedCheck {
  /** Since the one before. */
  readonly gapMs: number;
  readonly units: number;
  readonly toRedisMs: number;
  readonly fromRedisMs: number;
  /** Not answered: it is carried out this long after its client has given up. */
  readonly stuckMs: number | undefined;
  readonly node: string;
}

export interface SimulatedRedis {
  readonly limit: number;
  /** Its seconds, against ours. */
  readonly rate: number;
  readonly offsetMs: number;
}

const ANSWER_MS = 1_000;

/** By Redis's clock, as everything inside it. */
interface Entry {
  readonly atMs: number;
  readonly units: number;
}

/** Decides in the order in which the checks reach Redis. */
export function simulate(
  checks: readonly SimulatedCheck[],
  { limit, rate, offsetMs }: SimulatedRedis,
): readonly Seen[] {
  let nowMs = 0;
  const asked = checks.map((check) => {
    nowMs += check.gapMs;
    const sentMs = nowMs;
    const { toRedisMs, stuckMs } = check;
    const reachesMs = sentMs + (stuckMs === undefined ? toRedisMs : ANSWER_MS + stuckMs);
    return { check, sentMs, reachesMs };
  });
  let log: Entry[] = [];
  return asked
    .toSorted((one, other) => one.reachesMs - other.reachesMs)
    .map(({ check, sentMs, reachesMs }): Seen => {
      const { units, node } = check;
      const atMs = offsetMs + reachesMs * rate;
      log = log.filter((entry) => entry.atMs > atMs - WINDOW_MS);
      const used = log.reduce((sum, entry) => sum + entry.units, 0);
      const isAllowed = used + units <= limit;
      if (isAllowed) log.push({ atMs, units });
      if (check.stuckMs !== undefined) {
        return { sentMs, receivedMs: sentMs + ANSWER_MS, units, node, decision: "undecided" };
      }
      const receivedMs = reachesMs + check.fromRedisMs;
      return { sentMs, receivedMs, units, node, decision: isAllowed ? "allowed" : "denied" };
    });
}
