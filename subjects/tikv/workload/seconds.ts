// The load of one second, as it is reported: counts, and the latency of what succeeded.
import type { LoadSecond } from "../../../src/domain/load.ts";
import type { Outcome } from "./client.ts";

export interface Second {
  reads: number;
  writes: number;
  failures: number;
  readonly durationsMs: number[];
}

export function emptySecond(): Second {
  return { reads: 0, writes: 0, failures: 0, durationsMs: [] };
}

export function countOperation(
  second: Second,
  operation: {
    readonly type: "read" | "write";
    readonly outcome: Outcome;
    readonly durationMs: number;
  },
): void {
  if (operation.outcome.state !== "done") {
    second.failures += 1;
    return;
  }
  if (operation.type === "read") second.reads += 1;
  else second.writes += 1;
  second.durationsMs.push(operation.durationMs);
}

/** One JSON line. `ops` are those that succeeded; latencies are null when there are none. */
export function secondLine(second: Second, atMs: number): string {
  const sorted = second.durationsMs.toSorted((left, right) => left - right);
  const line: LoadSecond = {
    type: "workload",
    at_ms: atMs,
    ops: second.reads + second.writes,
    failures: second.failures,
    p50_ms: percentile(sorted, 0.5),
    p99_ms: percentile(sorted, 0.99),
    counts: { reads: second.reads, writes_acknowledged: second.writes },
  };
  return JSON.stringify(line);
}

/** The smallest value that this share of them does not exceed. */
function percentile(sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  return value === undefined ? null : Math.round(value * 100) / 100;
}
