// For every fault: whether it is there, by what it does and not by what the limiter says; who could
// wash it away; and the action that repairs it.
import { z } from "zod";
import type { FaultPlan } from "../../../src/domain/fault.ts";
import type { JsonObject } from "../../../src/domain/json.ts";
import { DECLARED_LIMITS } from "../../../subjects/ratelimiter/declared.ts";
import { limitKeyOf, logKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import { healthAnswerSchema } from "../../../subjects/ratelimiter/service/answers.ts";
import { eventually } from "../../support/eventually.ts";
import type { LiveLimiter } from "../../support/live-limiter.ts";

export interface FaultCase {
  /** Killed and started again; the struck one when it says so. */
  readonly restarted: readonly string[];
  /** Whether the fault is there, by what it does. */
  readonly isThere: (plan: FaultPlan) => Promise<boolean>;
  /** The action that repairs it; its target is the plan's when none is named. */
  readonly repair: readonly [action: string, target?: string, args?: JsonObject];
}

export function casesOn(limiter: LiveLimiter): Readonly<Record<string, FaultCase>> {
  return {
    counter_drift: {
      repair: ["reset_counter"],
      restarted: ["redis"],
      isThere: ({ targets }) => isDenied(limiter, targets[0] ?? ""),
    },
    limit_drift: {
      repair: ["restore_limit"],
      restarted: ["redis"],
      isThere: async ({ targets: [key = ""] }) => {
        const limit = Number(await limiter.redis("HGET", limitKeyOf(key), "limit"));
        const ttlMs = await limiter.redis("PTTL", limitKeyOf(key));
        return limit === (DECLARED_LIMITS.keys[key]?.limit ?? 0) * 10 && ttlMs === -1;
      },
    },
    immortal_key: {
      repair: ["set_ttl"],
      restarted: ["redis"],
      isThere: async ({ targets: [key = ""] }) => {
        // What a blocked tenant asks must not give its counter an expiry.
        await limiter.check("node1", key);
        return (await limiter.redis("PTTL", logKeyOf(key))) === -1;
      },
    },
    node_kill: {
      repair: ["start_member"],
      restarted: [],
      isThere: ({ targets }) => isInState(limiter, { targets, state: "stopped" }),
    },
    node_pause: {
      repair: ["resume_member"],
      restarted: [],
      isThere: ({ targets }) => isInState(limiter, { targets, state: "paused" }),
    },
    redis_kill: {
      repair: ["start_member"],
      restarted: [],
      isThere: ({ targets }) => isInState(limiter, { targets, state: "stopped" }),
    },
    redis_pause: {
      repair: ["resume_member"],
      restarted: [],
      isThere: ({ targets }) => isInState(limiter, { targets, state: "paused" }),
    },
    redis_latency: {
      repair: ["clear_toxic", undefined, { toxic: "slow-link" }],
      restarted: ["proxy", "the struck one"],
      isThere: async ({ targets: [node = ""] }) => {
        const { redis } = await limiter.ask(node, { path: "/health", schema: healthAnswerSchema });
        return (redis.latency_ms ?? 0) > 100;
      },
    },
    flushall: {
      repair: ["remove_job", "nightly-cleanup"],
      restarted: ["jobs", "redis"],
      isThere: async () => {
        await limiter.redis("SET", "witness", "here");
        const isGone = async () => (await limiter.redis("EXISTS", "witness")) === 0;
        return eventually(isGone, "the witness is gone", 2_600).catch(() => false);
      },
    },
    maxmemory_noeviction: {
      repair: ["set_redis_setting", "maxmemory"],
      restarted: [],
      isThere: async () => {
        const writing = limiter.redis("SET", "witness", "here");
        return writing.then(
          () => false,
          (error) => /OOM/.test(`${error}`),
        );
      },
    },
    allkeys_lru: {
      repair: ["set_redis_setting", "maxmemory-policy"],
      restarted: [],
      isThere: async () => (await settingOf(limiter, "maxmemory-policy")) === "allkeys-lru",
    },
    blocking_script: {
      repair: ["remove_job", "usage-rollup"],
      restarted: ["jobs", "redis"],
      isThere: async () => {
        const isBusy = async () => {
          const startedMs = performance.now();
          await limiter.redis("GET", "witness").catch(() => {});
          return performance.now() - startedMs > 300;
        };
        return eventually(isBusy, "Redis is held up", 2_000).catch(() => false);
      },
    },
    maxclients: {
      repair: ["remove_job", "connection-warmup"],
      restarted: ["jobs", "redis"],
      isThere: async () => {
        const isFull = async () =>
          limiter.redis("PING").then(
            () => false,
            () => true,
          );
        return eventually(isFull, "Redis lets nobody in", 1_000).catch(() => false);
      },
    },
    fail_open_left: {
      repair: ["turn_fail_open_off"],
      restarted: ["the struck one"],
      isThere: async (plan) => (await healthOf(limiter, plan)).fail_mode === "open",
    },
    clock_skew: {
      repair: ["sync_node_clock"],
      restarted: ["the struck one"],
      isThere: async (plan) =>
        Math.abs((await healthOf(limiter, plan)).time_ms - Date.now()) > 4_000,
    },
    stale_schema: {
      repair: ["restore_key_schema"],
      restarted: ["the struck one"],
      isThere: async ({ targets: [node = ""] }) => {
        const key = `schema-${Math.random()}`;
        await limiter.check(node, key);
        return (await limiter.redis("EXISTS", logKeyOf(key, 1))) === 1;
      },
    },
  };
}

/** Never asked before in this window, and denied. */
async function isDenied(limiter: LiveLimiter, key: string): Promise<boolean> {
  return (await limiter.check("node1", key)).status === 429;
}

async function isInState(
  limiter: LiveLimiter,
  { targets, state }: { readonly targets: readonly string[]; readonly state: string },
): Promise<boolean> {
  const members = await limiter.runtime.members();
  return members.some((member) => targets.includes(member.name) && member.state === state);
}

async function healthOf(limiter: LiveLimiter, { targets: [node = ""] }: FaultPlan) {
  return limiter.ask(node, { path: "/health", schema: healthAnswerSchema });
}

async function settingOf(limiter: LiveLimiter, name: string): Promise<string | undefined> {
  return z.array(z.string()).parse(await limiter.redis("CONFIG", "GET", name))[1];
}
