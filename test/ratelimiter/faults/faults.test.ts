// Every fault on a running limiter: it strikes, it outlives a restart of whoever could wash it
// away, it is healed from nothing but its plan as a ledger gives it back, and an action repairs it.
// What it does is seen from outside, with a Redis client and HTTP.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { messageOf } from "../../../src/domain/errors.ts";
import type { FaultPlan } from "../../../src/domain/fault.ts";
import { systemClock as clock, seededRandom } from "../../../src/infra/clock.ts";
import { DECLARED_LIMITS } from "../../../subjects/ratelimiter/declared.ts";
import { limiterFaults } from "../../../subjects/ratelimiter/faults/all.ts";
import { limitKeyOf, logKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import type { LimiterObservation } from "../../../subjects/ratelimiter/observation.ts";
import { eventually } from "../../support/eventually.ts";
import { type LiveLimiter, startLiveLimiter } from "../../support/live-limiter.ts";
import { hasRedis } from "../../support/real-redis.ts";
import { type WatchedLimiter, watchLimiter } from "../../support/watched-limiter.ts";
import { casesOn } from "./cases.ts";

setDefaultTimeout(90_000);

const why = hasRedis ? "" : " (skipped: neither redis-server nor valkey-server is on PATH)";
const signal = new AbortController().signal;
/** Those of containers strike on an engine: test/docker/faults-limiter.test.ts. */
const localFaults = limiterFaults.filter(({ runtime }) => runtime === undefined);
let limiter: LiveLimiter;
let watched: WatchedLimiter;

describe.skipIf(!hasRedis)(`faults${why}`, () => {
  beforeAll(async () => {
    limiter = await startLiveLimiter();
    watched = watchLimiter(limiter);
    await watched.untilWell();
  });

  afterAll(() => limiter[Symbol.asyncDispose]());

  test("each one has its case here", () => {
    expect(localFaults.map(({ name }) => name)).toEqual(Object.keys(casesOn(limiter)));
  });

  test("a plan follows from observation and seed, and different seeds strike others", async () => {
    const seen = await watched.look();
    for (const fault of localFaults) {
      const plan = fault.plan(seen, seededRandom(5));
      expect(fault.plan(seen, seededRandom(5))).toEqual(plan);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    }
    const struck = Array.from({ length: 20 }, (_, seed) =>
      localFaults.map((fault) => fault.plan(seen, seededRandom(seed)).targets.join()),
    );
    for (const name of ["counter_drift", "limit_drift", "node_kill", "clock_skew"]) {
      const index = localFaults.findIndex((fault) => fault.name === name);
      expect(new Set(struck.map((names) => names[index])).size).toBeGreaterThan(1);
    }
  });

  test("a plan that is not understood or cannot be reached is refused", async () => {
    const seen = await watched.look();
    for (const fault of localFaults) {
      const plan = fault.plan(seen, seededRandom(5));
      const nowhere = { runtime: undefined, signal, clock };
      await expect(fault.heal(plan, nowhere)).rejects.toThrow("only a limiter that operator runs");
      if (Object.keys(plan.details).length === 0) continue;
      const context = { runtime: limiter.runtime, signal, clock };
      const foreign = { ...plan, details: { key: 7 } };
      await expect(fault.inject(foreign, context)).rejects.toThrow("its plan is not understood");
    }
  });

  test("what a person has set since stays when a fault is healed", async () => {
    const context = { runtime: limiter.runtime, signal, clock };
    const drift = planOf("limit_drift", await watched.look());
    const override = limitKeyOf(drift.targets[0] ?? "");
    await faultNamed("limit_drift").inject(drift, context);
    const untilMs = Date.now() + 60_000;
    await limiter.redis("HSET", override, "limit", 321, "until_ms", untilMs);
    await faultNamed("limit_drift").heal(drift, context);
    expect(await limiter.redis("HGET", override, "limit")).toBe("321");
    await limiter.redis("DEL", override);
    const bound = planOf("maxmemory_noeviction", await watched.look());
    await faultNamed("maxmemory_noeviction").inject(bound, context);
    await limiter.redis("CONFIG", "SET", "maxmemory", "96mb");
    await faultNamed("maxmemory_noeviction").heal(bound, context);
    const found = await limiter.redis("CONFIG", "GET", "maxmemory");
    expect(found).toEqual(["maxmemory", `${96 * 1024 ** 2}`]);
    await limiter.redis("CONFIG", "SET", "maxmemory", "67108864");
    await watched.untilWell();
  });

  test("what somebody has set already is struck by no fault, and a kept dump by none", async () => {
    const context = { runtime: limiter.runtime, signal, clock };
    for (const [name, action] of [
      ["fail_open_left", "turn_fail_open_off"],
      ["stale_schema", "restore_key_schema"],
    ] as const) {
      const plan = planOf(name, await watched.look());
      await faultNamed(name).inject(plan, context);
      const seen = await watched.look();
      const others = [1, 2, 3, 4, 5, 6].flatMap((seed) => planOf(name, seen, seed).targets);
      expect(others).not.toContain(plan.targets[0] ?? "");
      await watched.act(action, plan.targets[0] ?? "");
    }
    await limiter.redis("CONFIG", "SET", "save", "");
    const savedAt = await limiter.redis("LASTSAVE");
    const drift = planOf("counter_drift", await watched.look());
    await faultNamed("counter_drift").inject(drift, context);
    await faultNamed("counter_drift").heal(drift, context);
    expect(await limiter.redis("LASTSAVE")).toBe(savedAt);
    await limiter.redis("CONFIG", "SET", "save", "60 1");
    await watched.untilWell();
  });

  test("a fault that cannot strike says so, and leaves nothing", async () => {
    const seen = await watched.look();
    const plan = planOf("maxclients", seen);
    const context = { runtime: limiter.runtime, signal, clock };
    await limiter.runtime.operate("jobs", "kill");
    const injecting = faultNamed("maxclients").inject(plan, context);
    const failure = await injecting.then(() => undefined, messageOf);
    await limiter.runtime.operate("jobs", "start");
    // The sockets of a process that was killed a moment ago may still be closing.
    expect(failure).toMatch(/^maxclients on redis: PUT .*: connection (refused|closed before)/);
    await limiter.runtime.operate("node2", "kill");
    const targets = [1, 2, 3, 4, 5, 6].map((seed) => planOf("node_pause", seen, seed).targets);
    expect(targets.flat()).toContain("node2");
    const after = await watched.look();
    for (const name of ["node_kill", "node_pause"]) {
      expect(() => planOf(name, after)).toThrow("cannot be spared: node2 is");
    }
    await limiter.runtime.operate("node2", "start");
    await watched.untilWell();
  });

  for (const fault of localFaults) {
    test(`${fault.name} strikes, and is healed and repaired, a restart or not`, async () => {
      const found = casesOn(limiter)[fault.name];
      if (!found) throw new Error(`no case of ${fault.name}`);
      const context = { runtime: limiter.runtime, signal, clock };
      const planned = fault.plan(await watched.look(), seededRandom(11));
      const plan: FaultPlan = JSON.parse(JSON.stringify(planned));
      await using stack = new AsyncDisposableStack();
      stack.defer(async () => void (await fault.heal(plan, context)));
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
      expect(await fault.heal(plan, context)).toEqual([]);
      expect(await fault.heal(plan, context)).toEqual([]);
      await untilDecided({ ...plan, fault: "none" });
      expect(await found.isThere(plan)).toBe(false);
      await fault.inject(plan, context);
      expect(await found.isThere(plan)).toBe(true);
      const [action, target = plan.targets[0] ?? "", args] = found.repair;
      await watched.act(action, target, args);
      await watched.untilWell();
      // What is dated in the past leaves with its window.
      await eventually(async () => !(await found.isThere(plan)), "it is gone");
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
  const fault = localFaults.find((candidate) => candidate.name === name);
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
