// The JSON that a node answers, as schemas: observers, actions and tests parse with them.
// Unknown members are dropped, so that a newer node can be read.
import { z } from "zod";

const msSchema = z.int().min(0);

/** POST /check, 200 and 429. */
export const checkAnswerSchema = z.object({
  allowed: z.boolean(),
  key: z.string(),
  cost: z.int().min(1),
  /** Declared or overridden: the one that decided. Declared when Redis did not decide. */
  limit: z.int().min(0),
  remaining: z.int().min(0),
  window_ms: msSchema,
  /** Until the next unit leaves the window; 0 when the window is empty. */
  reset_ms: msSchema,
  /** Until this cost can pass; 0 when it was allowed. A blocked key is told its window. */
  retry_after_ms: msSchema,
  decided_by: z.enum(["redis", "fail_open"]),
});

/** Every 4xx and 5xx but 429. */
export const errorAnswerSchema = z.object({
  error: z.object({ code: z.string(), message: z.string() }),
});

/** GET /live on the api port. */
export const liveAnswerSchema = z.object({ node: z.string(), status: z.literal("live") });

/** GET /health: 200 when Redis takes this node's writes, else 503 with the same form. */
export const healthAnswerSchema = z.object({
  node: z.string(),
  status: z.enum(["ok", "redis_failing"]),
  redis: z.object({
    /** `refusing` answers with an error (OOM, BUSY, MISCONF …); `late` not in time. */
    state: z.enum(["ok", "refusing", "late", "unreachable"]),
    /** Null when it did not answer. */
    latency_ms: z.number().min(0).nullable(),
    error: z.string().nullable(),
  }),
  fail_mode: z.enum(["open", "closed"]),
  schema: z.int(),
  /** By the node's own clock, its offset included. */
  time_ms: z.int(),
  boot_id: z.string(),
  started_at_ms: z.int(),
  queue: z.object({ waiting: z.int().min(0), limit: z.int().min(1) }),
});

export const counterSchema = z.object({
  key: z.string(),
  /** Units in the window that ends now, by Redis's clock. */
  used: z.int().min(0),
  limit: z.int().min(0),
  window_ms: msSchema,
  /** -1: it never expires. */
  ttl_ms: z.int().min(-1),
  /** Its name in Redis. */
  raw: z.string(),
});

/** GET /api/counters. A counter can come twice over the pages of one listing, as SCAN says. */
export const countersAnswerSchema = z.object({
  items: z.array(counterSchema),
  /** Null after the last page. */
  next_cursor: z.string().nullable(),
});

/** GET /api/usage: what Redis granted through this node, from the node's own memory. */
export const usageAnswerSchema = z.object({
  boot_id: z.string(),
  /** By Redis's clock: nothing before this is remembered. */
  since_us: z.int(),
  items: z.array(
    z.object({
      key: z.string(),
      /** Units granted in (window_end - window, window_end], late answers included. */
      allowed: z.int().min(0),
      /** Units whose answer never came: Redis may have counted them, or not. */
      uncertain: z.int().min(0),
    }),
  ),
  /** Keys whose counter was reset through this node after the window began. */
  resets: z.array(z.string()),
});

/** The value of a lease in Redis, too. */
export const leaseSchema = z.object({
  name: z.string(),
  /** Of the api port. */
  url: z.string(),
  schema: z.int(),
  fail_mode: z.enum(["open", "closed"]),
  boot_id: z.string(),
  time_ms: z.int(),
});

/** What the topology keeps of a node, whether it lives or not. */
export const declaredNodeSchema = z.object({ name: z.string(), url: z.string() });

/** GET /api/nodes: all that were ever declared, by name. */
export const nodesAnswerSchema = z.object({
  nodes: z.array(
    z.discriminatedUnion("state", [
      leaseSchema.extend({ state: z.literal("live") }),
      declaredNodeSchema.extend({ state: z.literal("missing") }),
    ]),
  ),
});

export const keyRuleSchema = z.object({
  key: z.string(),
  limit: z.int().min(0),
  window_ms: msSchema,
});

/** An override as it is in Redis. Null stands for what is missing there: it never ends. */
export const overrideSchema = keyRuleSchema.extend({
  until_ms: z.int().nullable(),
  set_by: z.string().nullable(),
});

/** GET /api/limits. */
export const limitsAnswerSchema = z.object({
  default: z.object({ limit: z.int().min(0), window_ms: msSchema }),
  declared: z.array(keyRuleSchema),
  overrides: z.array(overrideSchema),
  /** More keys than one listing walks: what is missing of the overrides is not known. */
  is_cut: z.boolean(),
});

/** PUT /api/limits/{key}. */
export const overrideAnswerSchema = overrideSchema;

/** DELETE /api/limits/{key}: 200 also when there was none. */
export const overrideRemovedAnswerSchema = z.object({ key: z.string(), removed: z.boolean() });

/** POST /api/counters/{key}/reset: 200 also when there was none. */
export const resetAnswerSchema = z.object({
  key: z.string(),
  /** Units that the window held. */
  used_before: z.int().min(0),
});

export type CheckAnswer = z.infer<typeof checkAnswerSchema>;
export type HealthAnswer = z.infer<typeof healthAnswerSchema>;
export type Counter = z.infer<typeof counterSchema>;
export type CountersAnswer = z.infer<typeof countersAnswerSchema>;
export type UsageAnswer = z.infer<typeof usageAnswerSchema>;
export type Lease = z.infer<typeof leaseSchema>;
export type NodesAnswer = z.infer<typeof nodesAnswerSchema>;
export type Override = z.infer<typeof overrideSchema>;
export type LimitsAnswer = z.infer<typeof limitsAnswerSchema>;
