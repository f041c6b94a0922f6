// Throughput and latency of a store, from two scrapes of its counters: no metrics server is needed.
import type { Reading } from "../../../src/domain/observation.ts";
import type { Histogram, StoreMetrics, Traffic } from "../observation.ts";

/** Two scrapes closer than this tell nothing. */
const WINDOW_MS_MIN = 200;

export interface Scrapes {
  /** Absent at the first look. */
  readonly before: Reading<StoreMetrics> | undefined;
  readonly now: Reading<StoreMetrics>;
}

/** Failed when there are not two scrapes of one process: its counters start again at zero. */
export function trafficBetween({ before, now }: Scrapes): Reading<Traffic> {
  const { atMs } = now;
  const fail = (reason: string): Reading<Traffic> => ({ state: "failed", reason, atMs });
  if (now.state === "failed") return now;
  if (before?.state !== "read") return fail("needs two scrapes, this is the first");
  if (before.value.startedAtMs !== now.value.startedAtMs) return fail("restarted between scrapes");
  const windowMs = atMs - before.atMs;
  if (windowMs < WINDOW_MS_MIN) return fail("the scrapes are too close");
  const window = subtract({ now: now.value.latency, before: before.value.latency });
  if (!window) return fail("its counters went backwards");
  const opsPerSecond = (window.total * 1000) / windowMs;
  const value = { opsPerSecond, samples: window.total, p99Ms: quantile(window, 0.99), windowMs };
  return { state: "read", value, atMs };
}

/** What was added in between. Undefined when something was taken away. */
function subtract({
  now,
  before,
}: {
  readonly now: Histogram;
  readonly before: Histogram;
}): Histogram | undefined {
  // A kind of request that is new on the page has no earlier buckets: they were zero.
  const earlier = new Map(before.boundsMs.map((boundMs, index) => [boundMs, before.counts[index]]));
  const counts = now.counts.map(
    (count, index) => count - (earlier.get(now.boundsMs[index] ?? 0) ?? 0),
  );
  const total = now.total - before.total;
  if (total < 0 || counts.some((count) => count < 0)) return undefined;
  return { boundsMs: now.boundsMs, counts, total };
}

/** Linear within its bucket, as Prometheus has it; the last bound for what lies beyond. */
function quantile({ boundsMs, counts, total }: Histogram, share: number): number | null {
  if (total === 0) return null;
  const rank = share * total;
  const index = counts.findIndex((count) => count >= rank);
  if (index === -1) return boundsMs.at(-1) ?? null;
  const lower = boundsMs[index - 1] ?? 0;
  const upper = boundsMs[index] ?? lower;
  const below = counts[index - 1] ?? 0;
  const inside = (counts[index] ?? below) - below;
  return inside === 0 ? upper : lower + ((upper - lower) * (rank - below)) / inside;
}
