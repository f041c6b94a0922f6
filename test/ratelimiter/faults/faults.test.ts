// Every fault on a running limiter: it strikes, it outlives a restart of whoever could wash it
// away, it is healed from nothing but its plan as a ledger gives it back, and an action repairs it.
// What it does is seen from outside, with a Redis client and HTTP.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { z } from "zod";
import type { FaultPlan } from "../../../src/domain/fault.ts";
import type { JsonObject } from "../../../src/domain/json.ts";
import { systemClock as clock, seededRandom } from "../../../src/infra/clock.ts";
import { DECLARED_LIMITS } from "../../../subjects/ratelimiter/declared.ts";
import { limiterFaults } from "../../../subjects/ratelimiter/faults/all.ts";
import { limitKeyOf, logKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import type { LimiterObservation } from "../../../subjects/ratelimiter/observation.ts";
import { healthAnswerSchema } from "../../../subjects/ratelimiter/service/answers.ts";
import { eventually } from "../../support/eventually.ts";
import { type LiveLimiter, startLiveLimiter } from "../../support/live-limiter.ts";
import { hasRedis } from "../../support/real-redis.ts";
import { type WatchedLimiter, watchLimiter } from "../../support/watched-limiter.ts";

setDefaultTimeout(90_000);

const why = hasRedis ? "" : " (skipped: neither redis-server nor valkey-server is on PATH)";
const signal = new AbortController().signal;
let limiter: LiveLimiter;
let watched: WatchedLimiter;

interface Case {
  /** Killed and started again; the struck one when it says so. */
  readonly restarted: readonly string[];
  /** Whether the fault is there, by what it does. */
  readonly isThere: (plan: FaultPlan) => Promise<boolean>;
  /** The action that repairs it; its target is the plan's when none is named. */
  readonly repair: readonly [action: string, target?: string, args?: JsonObject];
}

const CASES: Readonly<Record<string, Case>> = {
  counter_drift: {
    repair: ["reset_counter"],
    restarted: ["redis"],
    isThere: ({ targets }) => isDenied(targets[0] ?? ""),
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
    isThere: ({ targets }) => isInState(targets, "stopped"),
  },
  node_pause: {
    repair: ["resume_member"],
    restarted: [],
    isThere: ({ targets }) => isInState(targets, "paused"),
  },
  redis_kill: {
    repair: ["start_member"],
    restarted: [],
    isThere: ({ targets }) => isInState(targets, "stopped"),
  },
  redis_pause: {
    repair: ["resume_member"],
    restarted: [],
    isThere: ({ targets }) => isInState(targets, "paused"),
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
    restarted: ["redis"],
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
    restarted: ["redis"],
    isThere: async () => (await settingOf("maxmemory-policy")) === "allkeys-lru",
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
    isThere: async (plan) => (await healthOf(plan)).fail_mode === "open",
  },
  clock_skew: {
    repair: ["sync_node_clock"],
    restarted: ["the struck one"],
    isThere: async (plan) => Math.abs((await healthOf(plan)).time_ms - Date.now()) > 4_000,
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

describe.skipIf(!hasRedis)(`faults${why}`, () => {
  beforeAll(async () => {
    limiter = await startLiveLimiter();
    watched = watchLimiter(limiter);
    await watched.untilWell();
  });

  afterAll(() => limiter[Symbol.asyncDispose]());

  test("each one has its case here", () => {
    expect(limiterFaults.map(({ name }) => name)).toEqual(Object.keys(CASES));
  });

  test("a plan follows from observation and seed, and different seeds strike others", async () => {
    const seen = await watched.look();
    for (const fault of limiterFaults) {
      const plan = fault.plan(seen, seededRandom(5));
      expect(fault.plan(seen, seededRandom(5))).toEqual(plan);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    }
    const struck = Array.from({ length: 20 }, (_, seed) =>
      limiterFaults.map((fault) => fault.plan(seen, seededRandom(seed)).targets.join()),
    );
    for (const name of ["counter_drift", "limit_drift", "node_kill", "clock_skew"]) {
      const index = limiterFaults.findIndex((fault) => fault.name === name);
      expect(new Set(struck.map((names) => names[index])).size).toBeGreaterThan(1);
    }
  });

  test("a plan that is not understood is refused, and so is one that cannot be reached", async () => {
    const seen = await watched.look();
    for (const fault of limiterFaults) {
      const plan = fault.plan(seen, seededRandom(5));
      const nowhere = { runtime: undefined, signal, clock };
      await expect(fault.heal(plan, nowhere)).rejects.toThrow("only a limiter that operator runs");
      if (Object.keys(plan.details).length === 0) continue;
      const context = { runtime: limiter.runtime, signal, clock };
      const foreign = { ...plan, details: { key: 7 } };
      await expect(fault.inject(foreign, context)).rejects.toThrow("its plan is not understood");
    }
  });

  test("a fault that cannot strike says so, and leaves nothing", async () => {
    const seen = await watched.look();
    const plan = planOf("maxclients", seen);
    const context = { runtime: limiter.runtime, signal, clock };
    await limiter.runtime.operate("jobs", "kill");
    const injecting = faultNamed("maxclients").inject(plan, context);
    await expect(injecting).rejects.toThrow("connection refused");
    await limiter.runtime.operate("jobs", "start");
    await limiter.runtime.operate("node2", "kill");
    const targets = [1, 2, 3, 4, 5, 6].map((seed) => planOf("node_pause", seen, seed).targets);
    expect(targets.flat()).toContain("node2");
    const after = await watched.look();
    const others = [1, 2, 3, 4, 5, 6].map((seed) => planOf("node_pause", after, seed).targets);
    expect(others.flat()).not.toContain("node2");
    await limiter.runtime.operate("node2", "start");
    await watched.untilWell();
  });

  for (const fault of limiterFaults) {
    test(`${fault.name} strikes, outlives a restart, and is healed and repaired`, async () => {
      const found = CASES[fault.name];
      if (!found) throw new Error(`no case of ${fault.name}`);
      const context = { runtime: limiter.runtime, signal, clock };
      const planned = fault.plan(await watched.look(), seededRandom(11));
      const plan: FaultPlan = JSON.parse(JSON.stringify(planned));
      await using stack = new AsyncDisposableStack();
      stack.defer(() => fault.heal(plan, context));
      expect(await found.isThere(plan)).toBe(false);
      await fault.inject(plan, context);
      expect(await found.isThere(plan)).toBe(true);
      for (const { invariant, entity } of fault.expects(plan)) {
        await watched.until(invariant, entity, "violated");
      }
      for (const member of found.restarted) {
        const name = member === "the struck one" ? (plan.targets[0] ?? "") : member;
        await limiter.runtime.operate(name, "kill");
        await limiter.runtime.operate(name, "start");
      }
      await untilDecided(plan);
      await eventually(() => found.isThere(plan), "it is there again");
      await fault.heal(plan, context);
      await fault.heal(plan, context);
      await untilDecided({ ...plan, fault: "none" });
      expect(await found.isThere(plan)).toBe(false);
      await fault.inject(plan, context);
      expect(await found.isThere(plan)).toBe(true);
      const [action, target = plan.targets[0] ?? "", args] = found.repair;
      await watched.act(action, target, args);
      await watched.untilWell();
      expect(await found.isThere(plan)).toBe(false);
      expect(await watched.act(action, target, args)).toBe("already in effect");
    });
  }

  test("injecting twice is injecting once", async () => {
    const fault = faultNamed("counter_drift");
    const plan = planOf(fault.name, await watched.look());
    const context = { runtime: limiter.runtime, signal, clock };
    await fault.inject(plan, context);
    await fault.inject(plan, context);
    const [key = ""] = plan.targets;
    const limit = DECLARED_LIMITS.keys[key]?.limit ?? 0;
    expect(await limiter.redis("ZCARD", logKeyOf(key))).toBe(limit);
    await fault.heal(plan, context);
    expect(await limiter.redis("EXISTS", logKeyOf(key))).toBe(0);
    await watched.untilWell();
  });
});

function faultNamed(name: string) {
  const fault = limiterFaults.find((candidate) => candidate.name === name);
  if (!fault) throw new Error(`no fault ${name}`);
  return fault;
}

function planOf(name: string, seen: LimiterObservation, seed = 1): FaultPlan {
  return faultNamed(name).plan(seen, seededRandom(seed));
}

/** Restarted members find Redis again, unless the fault keeps them from it. */
async function untilDecided({ fault, targets }: FaultPlan): Promise<void> {
  const isKept = /^(redis_kill|redis_pause|maxmemory|blocking|maxclients)/.test(fault);
  const [name = ""] = limiter.site.nodes.map((node) => node.name).filter(isSpared(targets));
  if (isKept) return;
  await eventually(
    async () => (await limiter.check(name, "someone").catch(() => undefined))?.status === 200,
    `${name} decides`,
  );
}

function isSpared(targets: readonly string[]): (name: string) => boolean {
  return (name) => !targets.includes(name);
}

/** Never asked before in this window, and denied. */
async function isDenied(key: string): Promise<boolean> {
  return (await limiter.check("node1", key)).status === 429;
}

async function isInState(targets: readonly string[], state: string): Promise<boolean> {
  const members = await limiter.runtime.members();
  return members.some((member) => targets.includes(member.name) && member.state === state);
}

async function healthOf({ targets: [node = ""] }: FaultPlan) {
  return limiter.ask(node, { path: "/health", schema: healthAnswerSchema });
}

async function settingOf(name: string): Promise<string | undefined> {
  return z.array(z.string()).parse(await limiter.redis("CONFIG", "GET", name))[1];
}
