// Which metrics a node has. Each is moved by what its name says, at one place.

import {
  type Counters,
  createCounters,
  createHistogram,
  type Histogram,
  valueLines,
} from "./metrics.ts";
import type { LimiterNode } from "./node.ts";
import { nodeTimeMs } from "./node.ts";

export interface NodeMetrics {
  /** decision: allowed, denied; by: redis, fail_open, fail_closed. */
  readonly checks: Counters;
  /** code: as in the answer. */
  readonly badRequests: Counters;
  /** failure: unreachable, late, queue_full, refused. */
  readonly redisFailures: Counters;
  /** result: renewed, failed. */
  readonly leaseRenewals: Counters;
  /** From the request's arrival to its answer. */
  readonly checkSeconds: Histogram;
  /** From sending to Redis to its answer or the deadline; only what was sent. */
  readonly redisSeconds: Histogram;
}

export function createNodeMetrics(): NodeMetrics {
  return {
    checks: createCounters({
      name: "ratelimiter_checks_total",
      help: "Checks answered, by decision and by who decided.",
    }),
    badRequests: createCounters({
      name: "ratelimiter_bad_requests_total",
      help: "Requests refused for what they say, by error code.",
    }),
    redisFailures: createCounters({
      name: "ratelimiter_redis_failures_total",
      help: "Checks that Redis did not decide, by failure.",
    }),
    leaseRenewals: createCounters({
      name: "ratelimiter_lease_renewals_total",
      help: "Renewals of this node's lease, by result.",
    }),
    checkSeconds: createHistogram({
      name: "ratelimiter_check_duration_seconds",
      help: "Time from a check's arrival to its answer.",
    }),
    redisSeconds: createHistogram({
      name: "ratelimiter_redis_duration_seconds",
      help: "Time that a check waited for Redis.",
    }),
  };
}

/** The whole page. */
export function metricsPage(node: LimiterNode): string {
  const { checks, badRequests, redisFailures, leaseRenewals, ...histograms } = node.metrics;
  const counters = [checks, badRequests, redisFailures, leaseRenewals];
  const moved = [...counters, histograms.checkSeconds, histograms.redisSeconds];
  const lines = [...moved.flatMap((metric) => metric.lines()), ...readingsOf(node)];
  return `${lines.join("\n")}\n`;
}

function readingsOf(node: LimiterNode): readonly string[] {
  const { link, settings, bounds } = node;
  const { fail_mode, schema } = settings.current;
  const readings: readonly (readonly [name: string, help: string, value: number])[] = [
    ["redis_connected", "1 while there is a connection to Redis.", Number(link.isConnected)],
    ["redis_unanswered", "Commands that Redis has not answered.", link.unanswered],
    ["redis_unanswered_limit", "Beyond this, checks are not sent.", bounds.waitingMax],
    ["fail_open", "1 when checks pass that Redis does not decide.", Number(fail_mode === "open")],
    ["key_schema", "The key layout in force.", schema],
    ["clock_seconds", "The node's own clock.", nodeTimeMs(node) / 1000],
    ["start_time_seconds", "When the node started.", node.startedAtMs / 1000],
  ];
  const gauges = readings.flatMap(([name, help, value]) =>
    valueLines({ name: `ratelimiter_${name}`, help, type: "gauge" }, value),
  );
  const loads = {
    name: "ratelimiter_script_loads_total",
    help: "How often Redis had to be given a script's text.",
    type: "counter",
  } as const;
  return [...gauges, ...valueLines(loads, link.scriptLoads)];
}
