// What is declared of the limiter: the truth that observers compare with and repairs return to.
// Plain data with its schemas; nothing here asks a running member.
import { z } from "zod";

/** By the API at most; the declared file alone may say 0, which blocks a key. */
export const LIMIT_MAX = 100_000;
export const COST_MAX = 1_000;
export const WINDOW_MS_MIN = 1_000;
export const WINDOW_MS_MAX = 24 * 60 * 60 * 1_000;

export const ruleSchema = z.strictObject({
  /** Units of cost allowed in any window; 0 blocks. */
  limit: z.int().min(0).max(LIMIT_MAX),
  window_ms: z.int().min(WINDOW_MS_MIN).max(WINDOW_MS_MAX),
});

export type Rule = z.infer<typeof ruleSchema>;

/** The limits file. Keys that it does not name have the default. */
export const limitsFileSchema = z.strictObject({
  default: ruleSchema,
  keys: z.record(z.string(), ruleSchema),
});

export type LimitsFile = z.infer<typeof limitsFileSchema>;

/** Short windows, so that a repair settles soon. */
const WINDOW_MS = 5_000;

export const DECLARED_LIMITS: LimitsFile = {
  default: { limit: 30, window_ms: WINDOW_MS },
  keys: {
    steady: { limit: 50, window_ms: WINDOW_MS },
    bursty: { limit: 40, window_ms: WINDOW_MS },
    hot: { limit: 200, window_ms: WINDOW_MS },
    misbehaving: { limit: 20, window_ms: WINDOW_MS },
    idle: { limit: 20, window_ms: WINDOW_MS },
    blocked: { limit: 0, window_ms: WINDOW_MS },
    "canary.open": { limit: 1_000, window_ms: WINDOW_MS },
    "canary.spent": { limit: 3, window_ms: WINDOW_MS },
    "canary.blocked": { limit: 0, window_ms: WINDOW_MS },
  },
};

/** What a node keeps in its settings file, as if somebody had edited it. */
export const nodeSettingsSchema = z.strictObject({
  /** What a check gets when Redis does not decide it in time. */
  fail_mode: z.enum(["open", "closed"]),
  schema: z.union([z.literal(1), z.literal(2)]),
  /** Moves the clock that the node reports, and no decision. */
  clock_offset_ms: z.int().min(-86_400_000).max(86_400_000),
});

export type NodeSettings = z.infer<typeof nodeSettingsSchema>;

export const DECLARED_NODE_SETTINGS: NodeSettings = {
  fail_mode: "closed",
  schema: 2,
  clock_offset_ms: 0,
};

export const LEASE_MS = 3_000;
export const LEASE_RENEWAL_MS = 1_000;

/** As CONFIG GET answers them; what is not named keeps Redis's own default. */
export const DECLARED_REDIS_SETTINGS = {
  maxmemory: "67108864",
  "maxmemory-policy": "noeviction",
  maxclients: "128",
  // Overrides and the topology outlive a restart; counters are gone within a window anyway.
  save: "60 1",
  appendonly: "no",
  "stop-writes-on-bgsave-error": "yes",
  // When a script has run this long, Redis answers BUSY and takes SCRIPT KILL. Its default is 5 s.
  "lua-time-limit": "500",
  timeout: "0",
} as const satisfies Readonly<Record<string, string>>;

/** Of maxclients: with more connected than this share, hardly anybody new is let in. */
export const CLIENT_SHARE_MAX = 0.9;

export const jobSchema = z.discriminatedUnion("type", [
  /** One Redis command, again and again. */
  z.strictObject({
    name: z.string(),
    type: z.literal("command"),
    every_ms: z.int().min(100),
    command: z.array(z.string()).min(1),
  }),
  /** Idle connections that are held open. */
  z.strictObject({
    name: z.string(),
    type: z.literal("connections"),
    connections: z.int().min(1),
  }),
]);

export type Job = z.infer<typeof jobSchema>;

/** Harmless: they read. */
export const DECLARED_JOBS: readonly Job[] = [
  { name: "memory-report", type: "command", every_ms: 5_000, command: ["INFO", "memory"] },
  { name: "keyspace-report", type: "command", every_ms: 5_000, command: ["DBSIZE"] },
];
