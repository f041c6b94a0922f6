// Every node asked for itself on its manage port, all at once.
import type { Reading } from "../../../src/domain/observation.ts";
import { nodeSettingsSchema } from "../declared.ts";
import type { NodeHealth, NodeSighting } from "../observation.ts";
import { healthAnswerSchema, limitsAnswerSchema, usageAnswerSchema } from "../service/answers.ts";
import {
  ask,
  type LookContext,
  livenessOf,
  mapRead,
  parseAnswer,
  type TimedAnswer,
} from "./probe.ts";
import { COMPARED_MS } from "./read-keys.ts";
import type { NodeSite } from "./site.ts";

export type NodeWord = Pick<NodeSighting, "liveness" | "health" | "settings" | "limits">;

/** `liveness` is that of the manage port. */
export async function askNode(context: LookContext, { manageUrl }: NodeSite): Promise<NodeWord> {
  if (manageUrl === null) {
    const unasked = unaskedAt(context);
    return { liveness: unasked, health: unasked, settings: unasked, limits: unasked };
  }
  const get = (path: string) => ask(context, { url: `${manageUrl}${path}` });
  const [health, settings, limits] = await Promise.all([
    get("/health"),
    get("/api/settings"),
    get("/api/limits"),
  ]);
  return {
    liveness: livenessOf(health),
    health: healthOf(health),
    settings: mapRead(parseAnswer(settings, { schema: nodeSettingsSchema }), (found) => ({
      failMode: found.fail_mode,
      schema: found.schema,
      clockOffsetMs: found.clock_offset_ms,
    })),
    limits: mapRead(parseAnswer(limits, { schema: limitsAnswerSchema }), (found) => ({
      default: found.default,
      keys: Object.fromEntries(
        found.declared.map(({ key, limit, window_ms }) => [key, { limit, window_ms }]),
      ),
    })),
  };
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
  }));
}

export const NO_MANAGE_PORT = "only its api port is known";

function unaskedAt({ clock }: LookContext) {
  return { state: "failed", reason: NO_MANAGE_PORT, atMs: clock.now() } as const;
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
  }));
}
