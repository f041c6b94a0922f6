// Every node asked for itself on its manage port, all at once.
import { mapRead, type Reading } from "../../../src/domain/observation.ts";
import { type LimitsFile, nodeSettingsSchema } from "../declared.ts";
import type { NodeHealth, NodeSighting } from "../observation.ts";
import { healthAnswerSchema, limitsAnswerSchema, usageAnswerSchema } from "../service/answers.ts";
import { ask, type LookContext, livenessOf, parseAnswer, type TimedAnswer } from "./probe.ts";
import { COMPARED_MS } from "./read-keys.ts";
import type { NodeSite } from "./site.ts";

export type NodeWord = Pick<NodeSighting, "liveness" | "health" | "settings" | "limits">;

/** By name: a node reads its limits once, at its start, and then has another boot id. */
export type KnownLimits = Map<string, { readonly bootId: string; readonly limits: LimitsFile }>;

/** `liveness` is that of the manage port. */
export async function askNode(
  context: LookContext,
  { site, known }: { readonly site: NodeSite; readonly known: KnownLimits },
): Promise<NodeWord> {
  const { manageUrl } = site;
  if (manageUrl === null) {
    const unasked = unaskedAt(context);
    return { liveness: unasked, health: unasked, settings: unasked, limits: unasked };
  }
  const [health, settings] = await Promise.all([
    ask(context, { url: `${manageUrl}/health` }),
    ask(context, { url: `${manageUrl}/api/settings` }),
  ]);
  const healthReading = healthOf(health);
  return {
    liveness: livenessOf(health),
    health: healthReading,
    settings: mapRead(parseAnswer(settings, { schema: nodeSettingsSchema }), (found) => ({
      failMode: found.fail_mode,
      schema: found.schema,
      clockOffsetMs: found.clock_offset_ms,
    })),
    limits: await limitsOf(context, { site, known, health: healthReading }),
  };
}

async function limitsOf(
  context: LookContext,
  {
    site: { name, manageUrl },
    known,
    health,
  }: {
    readonly site: NodeSite;
    readonly known: KnownLimits;
    readonly health: Reading<NodeHealth>;
  },
): Promise<Reading<LimitsFile>> {
  if (health.state === "failed") return health;
  const { bootId } = health.value;
  const before = known.get(name);
  if (before?.bootId === bootId) return { ...health, value: before.limits };
  const answer = await ask(context, { url: `${manageUrl}/api/limits` });
  const reading = mapRead(parseAnswer(answer, { schema: limitsAnswerSchema }), (found) => ({
    default: found.default,
    keys: Object.fromEntries(
      found.declared.map(({ key, limit, window_ms }) => [key, { limit, window_ms }]),
    ),
  }));
  if (reading.state === "read") known.set(name, { bootId, limits: reading.value });
  return reading;
}

/** What it was granted in the window that ends there, by Redis's clock. */
export async function askUsage(
  context: LookContext,
  { manageUrl, endUs }: { readonly manageUrl: string | null; readonly endUs: Reading<number> },
): Promise<NodeSighting["usage"]> {
  if (manageUrl === null) return unaskedAt(context);
  if (endUs.state === "failed") return endUs;
  const window = `window_end_us=${endUs.value}&window_ms=${COMPARED_MS}`;
  const answer = await ask(context, { url: `${manageUrl}/api/usage?${window}` });
  return mapRead(parseAnswer(answer, { schema: usageAnswerSchema }), (found) => ({
    bootId: found.boot_id,
    sinceUs: found.since_us,
    items: found.items,
    resets: found.resets,
  }));
}

function unaskedAt({ clock }: LookContext) {
  return { state: "failed", reason: "only its api port is known", atMs: clock.now() } as const;
}

/** 503 says that Redis fails it: that is an answer, too. */
function healthOf(timed: TimedAnswer): Reading<NodeHealth> {
  const answer = parseAnswer(timed, { schema: healthAnswerSchema, statuses: [200, 503] });
  const { sentAtMs, atMs } = timed;
  return mapRead(answer, (found) => ({
    redis: {
      state: found.redis.state,
      latencyMs: found.redis.latency_ms,
      error: found.redis.error,
    },
    clockOffsetMs: Math.round(found.time_ms - (sentAtMs + atMs) / 2),
    clockErrorMs: Math.ceil((atMs - sentAtMs) / 2),
    schema: found.schema,
    failMode: found.fail_mode,
    bootId: found.boot_id,
    startedAtMs: found.started_at_ms,
  }));
}
