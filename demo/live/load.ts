// What the load generator says, second by second, for the panel.
import type { LoadFigure } from "../../src/domain/load.ts";
import type { WorkloadFigure } from "../../src/panels/view.ts";
import type { DemoSummary } from "../events.ts";
import { parseLoadLine } from "../load-lines.ts";
import type { LoadMemory } from "./memory.ts";

/** A minute is drawn; a little more, for its left edge. */
const SECONDS_KEPT = 70;

/** Takes the newest line; one that was taken already adds nothing. */
export function takeLoadLine(load: LoadMemory, line: string | undefined): void {
  const parsed = line === undefined ? undefined : parseLoadLine(line);
  if (parsed?.type !== "workload" || parsed.at_ms === load.seconds.at(-1)?.atMs) return;
  load.seconds.push({
    atMs: parsed.at_ms,
    ops: parsed.ops,
    failures: parsed.failures,
    p50Ms: parsed.p50_ms ?? undefined,
    p99Ms: parsed.p99_ms ?? undefined,
  });
  for (const [name, count] of Object.entries(parsed.counts)) {
    load.totals[name] = (load.totals[name] ?? 0) + count;
  }
  if (load.seconds.length > SECONDS_KEPT) load.seconds.shift();
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
