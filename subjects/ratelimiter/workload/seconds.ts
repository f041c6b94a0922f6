// The load of one second, as it is reported and kept.
import type { LoadSecond } from "../../../src/domain/load.ts";
import type { Decision } from "./account.ts";
import { createIncidents, type Incidents } from "./incidents.ts";

/** What is counted in each second, and added up over all of them. */
export interface Counts {
  /** By Redis, or by a node that fails open. */
  allowed: number;
  denied: number;
  /** Checks that got no decision, those below included. */
  failures: number;
  /** Checks that were never sent, for too many were under way. */
  unsent: number;
  /** Second attempts. */
  retries: number;
  /** Denials that the ledger could judge. */
  judged: number;
}

export interface Second {
  readonly counts: Counts;
  /** From the intended time to the answer, of what was answered. */
  readonly latenciesMs: number[];
  readonly incidents: Incidents;
}

export function noCounts(): Counts {
  return { allowed: 0, denied: 0, failures: 0, unsent: 0, retries: 0, judged: 0 };
}

export function emptySecond(): Second {
  return { counts: noCounts(), latenciesMs: [], incidents: createIncidents() };
}

export function countCheck(
  { counts, latenciesMs }: Second,
  check: { readonly decision: Decision; readonly latencyMs: number },
): void {
  if (check.decision === "undecided") {
    counts.failures += 1;
    return;
  }
  if (check.decision === "denied") counts.denied += 1;
  else counts.allowed += 1;
  latenciesMs.push(check.latencyMs);
}

/** Latencies are null when nothing was answered. */
export function secondLine(
  { counts, latenciesMs }: Second,
  atMs: number,
): LoadSecond & Pick<Counts, "unsent" | "retries"> {
  const sorted = latenciesMs.toSorted((left, right) => left - right);
  const { allowed, denied, failures, unsent, retries } = counts;
  return {
    type: "workload",
    at_ms: atMs,
    ops: sorted.length,
    failures,
    p50_ms: percentile(sorted, 0.5),
    p99_ms: percentile(sorted, 0.99),
    counts: { allowed, denied },
    unsent,
    retries,
  };
}

/** The smallest value that this share of them does not exceed. */
function percentile(sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  return value === undefined ? null : Math.round(value * 100) / 100;
}
