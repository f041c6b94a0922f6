// When checks are due: the rates of the tenants against their limits, and the ramp.
import { expect, test } from "bun:test";
import { seededRandom } from "../../../src/infra/clock.ts";
import { DECLARED_LIMITS } from "../../../subjects/ratelimiter/declared.ts";
import {
  type Arrival,
  createArrivals,
  RAMP_MS,
} from "../../../subjects/ratelimiter/workload/arrivals.ts";
import { tenantsOf } from "../../../subjects/ratelimiter/workload/tenants.ts";

const MINUTE_MS = 60_000;
const FULL = [200, 2_000] as const;

/** Of one minute, which begins when the load is full. */
function arrivalsAt(opsPerSecond: number, keys = 1_000): readonly Arrival[] {
  const arrivals = createArrivals(tenantsOf({ opsPerSecond, keys, random: seededRandom(1) }));
  const taken: Arrival[] = [];
  while (arrivals.next.dueMs < RAMP_MS + MINUTE_MS) taken.push(arrivals.take());
  return taken.filter(({ dueMs }) => dueMs >= RAMP_MS);
}

function perWindow(arrivals: readonly Arrival[], key: string): number {
  return (arrivals.filter((one) => one.key === key).length * 5_000) / MINUTE_MS;
}

for (const opsPerSecond of [10, 50, ...FULL, 10_000]) {
  test(`at ${opsPerSecond} checks/s as many come`, () => {
    const perSecond = arrivalsAt(opsPerSecond).length / 60;
    expect(Math.abs(perSecond - opsPerSecond)).toBeLessThan(opsPerSecond * 0.1);
  });
}

for (const opsPerSecond of FULL) {
  test(`at ${opsPerSecond} checks/s each tenant is what its name says`, () => {
    const arrivals = arrivalsAt(opsPerSecond);
    expect(perWindow(arrivals, "steady")).toBeCloseTo(40, 0);
    expect(Math.abs(perWindow(arrivals, "hot") - 210)).toBeLessThan(10);
    expect(perWindow(arrivals, "misbehaving")).toBeGreaterThan(5 * 20);
    expect(perWindow(arrivals, "idle")).toBeCloseTo(1, 1);
    expect(perWindow(arrivals, "blocked")).toBeGreaterThan(10);
    expect(perWindow(arrivals, "user-1")).toBeGreaterThan(5);
    expect(perWindow(arrivals, "user-1")).toBeLessThan(15);
  });
}

test("at the demo's rate no single key has more than hot", () => {
  const byKey = Map.groupBy(arrivalsAt(200), ({ key }) => key);
  const [busiest] = [...byKey].sort(([, one], [, other]) => other.length - one.length);
  expect(busiest?.[0]).toBe("hot");
});

test("bursty comes in bursts that reach its limit in a moment, and rests between", () => {
  const due = arrivalsAt(200).flatMap(({ key, dueMs }) => (key === "bursty" ? [dueMs] : []));
  const inWindow = due.map(
    (fromMs) => due.filter((at) => at >= fromMs && at < fromMs + 500).length,
  );
  expect(Math.max(...inWindow)).toBe(48);
  expect(due.filter((atMs, index) => atMs - (due[index - 1] ?? atMs) > 5_000).length).toBe(9);
});

test("every tenant but the crowd has a declared limit of its own", () => {
  const names = tenantsOf({ opsPerSecond: 200, keys: 10, random: seededRandom(1) }).map(
    ({ name }) => name,
  );
  const undeclared = names.filter((name) => DECLARED_LIMITS.keys[name] === undefined);
  expect(undeclared).toEqual(["crowd"]);
});

test("the crowd has no more users than are asked for", () => {
  const users = new Set(arrivalsAt(10_000, 7).map(({ key }) => key));
  expect([...users].filter((key) => key.startsWith("user-")).sort()).toEqual(
    [1, 2, 3, 4, 5, 6, 7].map((user) => `user-${user}`),
  );
});

test("the load grows evenly from nothing to the full rate", () => {
  const arrivals = createArrivals([{ name: "a", nextGapMs: () => 1, nextKey: () => "a" }]);
  const due = Array.from({ length: 2 * RAMP_MS }, () => arrivals.take().dueMs);
  const thirds = [0, 1, 2, 3].map(
    (third) =>
      due.filter((at) => at > (third * RAMP_MS) / 3 && at <= ((third + 1) * RAMP_MS) / 3).length,
  );
  // Areas below a line that rises to RAMP_MS: a ninth, three and five ninths of half of it.
  expect(thirds.map((count) => Math.round((count * 18) / RAMP_MS))).toEqual([1, 3, 5, 6]);
  expect(due).toEqual(due.toSorted((one, other) => one - other));
});
