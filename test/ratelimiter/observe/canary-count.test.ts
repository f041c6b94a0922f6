import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  countWithinWindow,
  forgetOld,
  type Grant,
} from "../../../subjects/ratelimiter/observe/canary-count.ts";

const WINDOW_MS = 5_000;

function grantsAt(...spans: readonly (readonly [sentMs: number, gotMs: number])[]): Grant[] {
  return spans.map(([sentMs, gotMs]) => ({ node: "node1", sentMs, gotMs }));
}

function count(grants: readonly Grant[], nowMs: number): number {
  return countWithinWindow(grants, { windowMs: WINDOW_MS, nowMs });
}

test("what was asked and answered within one window is counted", () => {
  expect(count(grantsAt([0, 5], [100, 105], [4_900, 4_940]), 5_000)).toBe(3);
});

test("an answer that came after the window may belong to the next one", () => {
  expect(count(grantsAt([0, 5], [100, 105], [4_900, 5_020]), 5_100)).toBe(2);
});

test("an excess is told for some seconds, and then it is past", () => {
  const grants = grantsAt([0, 5], [10, 15], [20, 25], [1_000, 1_005]);
  expect([count(grants, 3_005), count(grants, 3_006)]).toEqual([4, 0]);
});

test("a limiter that keeps its limit is never found to exceed it, however late answers are", () => {
  const delays = fc.record({ before: fc.nat(900), after: fc.nat(900), gap: fc.nat(700) });
  fc.assert(
    fc.property(
      fc.array(delays, { maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      (asks, limit) => {
        const grants = decideExactly(asks, limit);
        for (const { gotMs } of grants) expect(count(grants, gotMs)).toBeLessThanOrEqual(limit);
      },
    ),
  );
});

test("nothing that is still told is forgotten", () => {
  const grants = grantsAt([0, 5], [10, 15], [4_000, 4_005]);
  const kept = forgetOld(grants, { windowMs: WINDOW_MS, nowMs: 7_000 });
  expect(count(kept, 7_000)).toBe(count(grants, 7_000));
  expect(forgetOld(grants, { windowMs: WINDOW_MS, nowMs: 13_000 })).toEqual([]);
});

/** As an exact limiter would: each ask is decided at some time between its two ends. */
function decideExactly(
  asks: readonly { readonly before: number; readonly after: number; readonly gap: number }[],
  limit: number,
): Grant[] {
  const granted: number[] = [];
  const grants: Grant[] = [];
  let decidedMs = 0;
  for (const { before, after, gap } of asks) {
    decidedMs += gap;
    const used = granted.filter((atMs) => atMs > decidedMs - WINDOW_MS).length;
    if (used >= limit) continue;
    granted.push(decidedMs);
    grants.push({ node: "node1", sentMs: decidedMs - before, gotMs: decidedMs + after });
  }
  return grants;
}
