// What the load generator says, second by second, for the panel.
import type { LoadFigure, LoadSecond } from "../../src/domain/load.ts";
import type { WorkloadFigure, WorkloadSecond } from "../../src/panels/view.ts";
import type { DemoSummary } from "../events.ts";
import { parseLoadLine } from "../load-lines.ts";
import type { LoadMemory } from "./memory.ts";

/** A minute is drawn; a little more, for its left edge. */
const SECONDS_KEPT = 70;
const SECOND_MS = 1_000;
/** In less than this, how many operations there were says nothing of their rate. */
const PART_MS_MIN = 200;

/** Takes the newest line; one that was taken already adds nothing. */
export function takeLoadLine(load: LoadMemory, line: string | undefined): void {
  const parsed = line === undefined ? undefined : parseLoadLine(line);
  const before = load.seconds.at(-1);
  if (parsed?.type !== "workload" || parsed.at_ms === before?.atMs) return;
  const spanMs = before ? parsed.at_ms - before.atMs : SECOND_MS;
  if (before && spanMs < PART_MS_MIN) {
    const failures = before.failures + parsed.failures;
    load.seconds.splice(-1, 1, { ...before, atMs: parsed.at_ms, failures });
  } else {
    load.seconds.push(secondOf(parsed, spanMs));
  }
  for (const [name, count] of Object.entries(parsed.counts)) {
    load.totals[name] = (load.totals[name] ?? 0) + count;
  }
  if (load.seconds.length > SECONDS_KEPT) load.seconds.shift();
}

/** The last one of a load that is stopped is a part of a second: what was done in it is no rate. */
function secondOf(line: LoadSecond, spanMs: number): WorkloadSecond {
  return {
    atMs: line.at_ms,
    ops: (line.ops * SECOND_MS) / Math.min(spanMs, SECOND_MS),
    failures: line.failures,
    p50Ms: line.p50_ms ?? undefined,
    p99Ms: line.p99_ms ?? undefined,
  };
}

/** Those that could be found out. */
export function checkedFigures({ counts, harms }: DemoSummary): Readonly<Record<string, number>> {
  const found = [
    ...Object.entries(counts),
    ...harms.map(({ name, count }) => [name, count] as const),
  ];
  return Object.fromEntries(
    found.flatMap(([name, count]) => (count === null ? [] : [[name, count]])),
  );
}

/** None before anything was counted. */
export function figuresOf(
  { totals, checked }: LoadMemory,
  figures: readonly LoadFigure[],
): readonly WorkloadFigure[] {
  if (Object.keys(totals).length === 0 && Object.keys(checked).length === 0) return [];
  return figures.map((figure) => ({
    figure,
    value: checked[figure.name] ?? totals[figure.name],
  }));
}
