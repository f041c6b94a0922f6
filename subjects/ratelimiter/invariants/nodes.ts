// How every node that answers decides: in time, by Redis, by the declared settings.
import type { JsonObject } from "../../../src/domain/json.ts";
import { type Reading, readValue } from "../../../src/domain/observation.ts";
import {
  holds,
  judgeEach,
  judgeRead,
  type Opinion,
  unknown,
  violated,
} from "../../../src/domain/opinion.ts";
import { DECLARED_NODE_SETTINGS } from "../declared.ts";
import { CURRENT_SCHEMA } from "../keys.ts";
import type { LimiterObservation, NodeSighting } from "../observation.ts";
import { CORRECTNESS, LIVENESS, type LimiterInvariant, redisTrouble } from "./judge.ts";
import { PING_MS_MAX } from "./redis-answers.ts";
import { refusesWrites } from "./redis-keeps.ts";

/** A check takes a few; a client waits for it before it does anything else. */
const CHECK_MS_MAX = 100;
/** Offsets that are noise, in either direction. */
const SKEW_MS_MAX = 1_000;

export const checkLatencyHigh: LimiterInvariant = {
  name: "check_latency_high",
  describes: `At every node the median check takes at most ${CHECK_MS_MAX} ms.`,
  severity: "warning",
  ...CORRECTNESS,
  judge: ({ current }) => judgeEach(current.nodes, (node) => judgeLatency(node, current)),
};

export const checksUndecided: LimiterInvariant = {
  name: "checks_undecided",
  describes: "Every node decides checks by Redis whenever Redis is well.",
  severity: "critical",
  ...CORRECTNESS,
  judge: ({ current }) => judgeEach(current.nodes, (node) => judgeDecisions(node, current)),
};

export const failOpenInForce: LimiterInvariant = {
  name: "fail_open_in_force",
  describes: "Every node is set to fail closed, as declared.",
  severity: "warning",
  ...LIVENESS,
  judge: ({ current }) =>
    judgeEach(current.nodes, (node) =>
      judgeRead(settingsOf(node), ({ failMode, source }) => {
        const { fail_mode: declared } = DECLARED_NODE_SETTINGS;
        if (failMode === declared) return holds(`fails ${failMode}`);
        const reason = `it fails ${failMode}: without Redis it allows whatever is asked`;
        return violated(reason, { fail_mode: failMode, declared, source });
      }),
    ),
};

export const schemaDiffers: LimiterInvariant = {
  name: "schema_differs",
  describes: `Every node counts in keys of schema ${CURRENT_SCHEMA}.`,
  severity: "critical",
  ...LIVENESS,
  settleMs: CORRECTNESS.settleMs,
  judge: ({ current }) =>
    judgeEach(current.nodes, (node) =>
      judgeRead(settingsOf(node), ({ schema, source }) => {
        if (schema === CURRENT_SCHEMA) return holds(`schema ${schema}`);
        const reason = `it counts in keys of schema ${schema}, apart from all others`;
        return violated(reason, { schema, declared: CURRENT_SCHEMA, source });
      }),
    ),
};

export const clockSkew: LimiterInvariant = {
  name: "clock_skew",
  describes: "The clock of every node is within 1 s of Redis's.",
  severity: "warning",
  ...LIVENESS,
  judge: ({ current }) => judgeEach(current.nodes, (node) => judgeClock(node, current)),
};

function judgeLatency(
  { checks, liveness }: NodeSighting,
  { redis, proxy }: LimiterObservation,
): Opinion {
  if (readValue(liveness)?.state !== "answers") return unknown("it does not answer");
  return judgeRead(checks, ({ samples, medianMs, medianNowMs, worstMs }) => {
    if (samples === 0) return unknown("no check was decided lately");
    const reading = `the median check took ${medianMs} ms`;
    // Slow looks that are over still weigh on the median of the last few.
    if (Math.min(medianMs, medianNowMs) <= CHECK_MS_MAX) return holds(reading);
    const pingMs = readValue(redis.pingMs) ?? PING_MS_MAX;
    if (pingMs > CHECK_MS_MAX) return unknown(`${reading}, and Redis itself is slow`);
    return violated(`${reading}, the bound is ${CHECK_MS_MAX} ms`, {
      median_ms: medianMs,
      worst_ms: worstMs,
      samples,
      redis_ping_ms: Math.round(pingMs),
      toxics: toxicsOnLinks(proxy),
    });
  });
}

/** Names, by the node on whose way to Redis they are. */
function toxicsOnLinks(proxy: LimiterObservation["proxy"]): JsonObject {
  const links = proxy ? (readValue(proxy.value) ?? []) : [];
  const disturbed = links.filter(({ toxics }) => toxics.length > 0);
  return Object.fromEntries(
    disturbed.map(({ node, toxics }) => [node, toxics.map(({ name }) => name)]),
  );
}

/** Whoever cannot decide for a reason that another invariant names is not blamed for it. */
function judgeDecisions(node: NodeSighting, current: LimiterObservation): Opinion {
  if (readValue(node.liveness)?.state !== "answers") return unknown("it does not answer");
  return judgeRead(node.checks, ({ asked, undecided, trouble, failedOpen }) => {
    if (asked > 0 && undecided === 0) return holds(`${asked} checks were decided`);
    const elsewhere = troubleElsewhere(current);
    if (elsewhere !== undefined) return unknown(elsewhere);
    const link = readValue(node.health)?.redis;
    return violated(`${undecided} of ${asked} checks were not decided: ${trouble}`, {
      undecided,
      asked,
      failed_open: failedOpen,
      redis_state: link?.state ?? null,
      redis_error: link?.error ?? null,
      toxics: toxicsOnLinks(current.proxy),
    });
  });
}

function troubleElsewhere(current: LimiterObservation): string | undefined {
  const { proxy, redis } = current;
  if (proxy && readValue(proxy.liveness)?.state !== "answers") return "the proxy does not answer";
  const isSlow = (readValue(redis.slow) ?? []).length > 0;
  if (isSlow) return "Redis was held up";
  return redisTrouble(current) ?? refusesWrites(current);
}

/** By its settings; by its health or its lease where these are not shown to us. */
function settingsOf(
  node: NodeSighting,
): Reading<{ readonly failMode: string; readonly schema: number; readonly source: string }> {
  const { settings, health, lease } = node;
  if (settings.state === "read") {
    return { ...settings, value: { ...settings.value, source: "its settings" } };
  }
  if (health.state === "read") {
    return { ...health, value: { ...health.value, source: "its health" } };
  }
  if (lease.state === "failed" || lease.value === null) return settings;
  const { fail_mode: failMode, schema } = lease.value;
  return { ...lease, value: { failMode, schema, source: "its lease in Redis" } };
}

/** Against Redis's clock, and not ours: that may be the wrong one. */
function judgeClock({ health }: NodeSighting, { redis }: LimiterObservation): Opinion {
  return judgeRead(health, ({ clockOffsetMs, clockErrorMs }) =>
    judgeRead(redis.clockOffsetMs, (redisOffsetMs) => {
      const offsetMs = clockOffsetMs - redisOffsetMs;
      const direction = offsetMs < 0 ? "behind" : "ahead of";
      const reading = `${Math.abs(offsetMs)} ms ${direction} Redis's clock`;
      if (Math.abs(offsetMs) - clockErrorMs <= SKEW_MS_MAX) return holds(reading);
      return violated(reading, { offset_ms: offsetMs, error_ms: clockErrorMs });
    }),
  );
}
