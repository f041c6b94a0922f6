// From the lines of a load to the figures of its panel.
import { expect, test } from "bun:test";
import { takeLoadLine } from "../../demo/live/load.ts";
import type { LoadMemory } from "../../demo/live/memory.ts";

test("the part of a second at a load's end is shown as a rate, and counted as it is", () => {
  const load = memory();
  takeLoadLine(load, secondLine(10_000, { ops: 200, failures: 1 }));
  takeLoadLine(load, secondLine(10_250, { ops: 50, failures: 2 }));
  expect(load.seconds.map(({ ops, failures }) => [ops, failures])).toEqual([
    [200, 1],
    [200, 2],
  ]);
  expect(load.totals).toEqual({ writes: 250 });
});

test("of a moment too short for a rate the failures and counts are kept", () => {
  const load = memory();
  takeLoadLine(load, secondLine(10_000, { ops: 200, failures: 1 }));
  for (const _ of ["taken", "again"]) {
    takeLoadLine(load, secondLine(10_020, { ops: 1, failures: 2 }));
  }
  expect(load.seconds.map(({ ops, failures }) => [ops, failures])).toEqual([[200, 3]]);
  expect(load.totals).toEqual({ writes: 201 });
});

test("a second that took longer, and one after a pause, are no higher rate", () => {
  const load = memory();
  for (const atMs of [10_000, 11_400, 60_000]) {
    takeLoadLine(load, secondLine(atMs, { ops: 200, failures: 0 }));
  }
  expect(load.seconds.map(({ ops }) => ops)).toEqual([200, 200, 200]);
});

function memory(): LoadMemory {
  return { seconds: [], totals: {}, checked: {} };
}

function secondLine(
  atMs: number,
  { ops, failures }: { readonly ops: number; readonly failures: number },
): string {
  const figures = { ops, failures, p50_ms: 1, p99_ms: 2, counts: { writes: ops } };
  return JSON.stringify({ type: "workload", at_ms: atMs, ...figures });
}
