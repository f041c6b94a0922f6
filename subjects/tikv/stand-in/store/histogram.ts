// Durations of requests in the buckets of TiKV's gRPC histogram.

/** 50 µs doubled 22 times (TiKV v8.5.7 src/server/metrics.rs:249). */
export const BUCKET_SECONDS = Array.from({ length: 22 }, (_, power) => 5e-5 * 2 ** power);

/** Counts are cumulative over the process's life. */
export interface Histogram {
  /** Not cumulative over buckets; one more than there are bounds. */
  readonly counts: number[];
  sumSeconds: number;
}

export function createHistogram(): Histogram {
  return { counts: new Array(BUCKET_SECONDS.length + 1).fill(0), sumSeconds: 0 };
}

export function observe(histogram: Histogram, durationMs: number): void {
  const seconds = durationMs / 1000;
  const found = BUCKET_SECONDS.findIndex((bound) => seconds <= bound);
  const bucket = found === -1 ? BUCKET_SECONDS.length : found;
  histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
  histogram.sumSeconds += seconds;
}

/** The lines of one label set, in Prometheus' text format. */
export function histogramLines(name: string, labels: string, histogram: Histogram): string[] {
  let total = 0;
  const lines = histogram.counts.map((count, bucket) => {
    total += count;
    return `${name}_bucket{${labels},le="${BUCKET_SECONDS[bucket] ?? "+Inf"}"} ${total}`;
  });
  lines.push(`${name}_sum{${labels}} ${histogram.sumSeconds}`);
  lines.push(`${name}_count{${labels}} ${total}`);
  return lines;
}
