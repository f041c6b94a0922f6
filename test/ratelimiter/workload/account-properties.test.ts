// The account against any history: no exact limiter is ever accused, an inexact one is, and its
// figures are those of a reckoning that looks at everything at once.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { SETTLE_MS } from "../../../subjects/ratelimiter/workload/key-account.ts";
import {
  certainlyWithinMs,
  possiblyWithinMs,
} from "../../../subjects/ratelimiter/workload/window.ts";
import { replay, type Seen, WINDOW_MS, watchedAccount } from "./accounting.ts";
import { type SimulatedCheck, simulate } from "./simulated-limiter.ts";

const RUNS = { numRuns: 300 };

const ms = (max: number) => fc.double({ min: 0, max, noNaN: true });
const redis = fc.record({
  limit: fc.integer({ min: 0, max: 12 }),
  rate: fc.double({ min: 0.9995, max: 1.0005, noNaN: true }),
  offsetMs: fc.integer({ min: -1_000_000, max: 1_000_000 }),
});
const check: fc.Arbitrary<SimulatedCheck> = fc.record({
  gapMs: fc.oneof(ms(20), ms(20), ms(400)),
  units: fc.constantFrom(1, 1, 1, 2, 3),
  toRedisMs: fc.oneof(ms(5), ms(5), ms(900)),
  fromRedisMs: fc.oneof(ms(5), ms(5), ms(900)),
  stuckMs: fc.oneof(
    { weight: 12, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: ms(SETTLE_MS / 2) },
  ),
  node: fc.constantFrom("node1", "node2"),
});
const checks = fc.array(check, { minLength: 1, maxLength: 150, size: "max" });

test("an exact limiter is never accused, however late or never its answers come", () => {
  fc.assert(
    fc.property(checks, redis, (asked, simulated) => {
      const account = watchedAccount({ limit: simulated.limit });
      replay(account, simulate(asked, simulated));
      expect(account.accusations).toEqual([]);
    }),
    RUNS,
  );
});

const hurried = fc.record({
  gapMs: ms(10),
  units: fc.constant(1),
  toRedisMs: ms(5),
  fromRedisMs: ms(5),
  stuckMs: fc.constant(undefined),
  node: fc.constant("node1"),
});
const rush = fc.array(hurried, { minLength: 150, maxLength: 200, size: "max" });

test("a limiter that allows one too many is found", () => {
  fc.assert(
    fc.property(rush, redis, (asked, simulated) => {
      const account = watchedAccount({ limit: simulated.limit });
      replay(account, simulate(asked, { ...simulated, limit: simulated.limit + 1 }));
      expect(account.sumOf("allowed_above_limit")).toBeGreaterThan(0);
      expect(account.sumOf("wrongly_denied")).toBe(0);
    }),
    RUNS,
  );
});

test("a limiter that denies one too early is found", () => {
  fc.assert(
    fc.property(rush, redis, (asked, simulated) => {
      const account = watchedAccount({ limit: simulated.limit + 1 });
      replay(account, simulate(asked, simulated));
      expect(account.sumOf("wrongly_denied")).toBeGreaterThan(0);
      expect(account.sumOf("allowed_above_limit")).toBe(0);
    }),
    RUNS,
  );
});

const seen: fc.Arbitrary<Seen> = fc
  .record({
    sentMs: fc.integer({ min: 0, max: 3_000 }),
    tookMs: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 1_200 })),
    units: fc.constantFrom(1, 1, 2),
    decision: fc.constantFrom("allowed", "denied"),
  })
  .map(({ sentMs, tookMs, units, decision }) => ({
    sentMs,
    // No check leaves at the very moment at which an answer comes: who was first would be unsaid.
    receivedMs: sentMs + tookMs + 0.5,
    units,
    decision,
  }));
const histories = fc.array(seen, { maxLength: 9 });
const limits = fc.integer({ min: 0, max: 3 });

test("above the limit is the least that must go for all certain windows to keep it", () => {
  fc.assert(
    fc.property(histories, limits, (history, limit) => {
      const account = watchedAccount({ limit });
      replay(account, history);
      expect(account.sumOf("allowed_above_limit")).toBe(leastExcess(history, limit));
    }),
    RUNS,
  );
});

test("wrongly denied is what fits beside all that may have been in its window", () => {
  fc.assert(
    fc.property(histories, limits, (history, limit) => {
      const account = watchedAccount({ limit });
      replay(account, history);
      expect(account.sumOf("wrongly_denied")).toBe(unexplainedDenials(history, limit));
    }),
    RUNS,
  );
});

/** By trying every choice of single units. */
function leastExcess(history: readonly Seen[], limit: number): number {
  const granted = history.filter(({ decision }) => decision === "allowed");
  const units = granted.flatMap((one) => Array.from({ length: one.units ?? 1 }, () => one));
  let most = 0;
  for (let choice = 0; choice < 2 ** units.length; choice += 1) {
    const kept = units.filter((_, index) => (choice >> index) & 1);
    if (kept.length > most && keepsLimit(kept, limit)) most = kept.length;
  }
  return units.length - most;
}

function keepsLimit(units: readonly Seen[], limit: number): boolean {
  return units.every((first) => {
    const toMs = first.sentMs + certainlyWithinMs(WINDOW_MS);
    const isWithin = (one: Seen) => one.sentMs >= first.sentMs && one.receivedMs < toMs;
    // The units of one allowance were granted together, however long it took to be told.
    const together = units.filter((one) => one === first);
    return Math.max(units.filter(isWithin).length, together.length) <= limit;
  });
}

function unexplainedDenials(history: readonly Seen[], limit: number): number {
  const unexplained = history.filter((denial) => {
    const fromMs = denial.sentMs - possiblyWithinMs(WINDOW_MS);
    const used = history
      .filter(({ decision }) => decision === "allowed")
      .filter((one) => one.receivedMs >= fromMs && one.sentMs <= denial.receivedMs)
      .reduce((sum, { units = 1 }) => sum + units, 0);
    return denial.decision === "denied" && used + (denial.units ?? 1) <= limit;
  });
  return unexplained.reduce((sum, { units = 1 }) => sum + units, 0);
}
