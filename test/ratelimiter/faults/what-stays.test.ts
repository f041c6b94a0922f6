// Healing takes back what the fault did, and nothing that somebody has set since: it says what it
// left. And nothing is struck that somebody has set already.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { z } from "zod";
import type { FaultPlan } from "../../../src/domain/fault.ts";
import type { Json } from "../../../src/domain/json.ts";
import { systemClock as clock, seededRandom } from "../../../src/infra/clock.ts";
import { callControl } from "../../../subjects/ratelimiter/change/control.ts";
import { limiterFaults } from "../../../subjects/ratelimiter/faults/all.ts";
import { limitKeyOf, logKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import { type LiveLimiter, startLiveLimiter } from "../../support/live-limiter.ts";
import { hasRedis } from "../../support/real-redis.ts";
import { type WatchedLimiter, watchLimiter } from "../../support/watched-limiter.ts";

setDefaultTimeout(60_000);

const why = hasRedis ? "" : " (skipped: neither redis-server nor valkey-server is on PATH)";
const signal = new AbortController().signal;
let limiter: LiveLimiter;
let watched: WatchedLimiter;

describe.skipIf(!hasRedis)(`what stays${why}`, () => {
  beforeAll(async () => {
    limiter = await startLiveLimiter();
    watched = watchLimiter(limiter);
    await watched.untilWell();
  });

  afterAll(() => limiter[Symbol.asyncDispose]());

  test("an override that a person put in place of the fault's", async () => {
    const plan = await inject("limit_drift");
    const [key = ""] = plan.targets;
    await limiter.redis("HSET", limitKeyOf(key), "limit", 321, "until_ms", Date.now() + 60_000);
    expect(await heal(plan)).toEqual([`the override of ${key}, limit 321`]);
    expect(await limiter.redis("HGET", limitKeyOf(key), "limit")).toBe("321");
    await limiter.redis("DEL", limitKeyOf(key));
    expect(await heal(plan)).toEqual([]);
  });

  test("a value of Redis, and what was so before is no part of the fault", async () => {
    const plan = await inject("maxmemory_noeviction");
    expect(Object.keys(Object(plan.details.changes))).toEqual(["maxmemory"]);
    await expect(planOf("maxmemory_noeviction")).rejects.toThrow("there is nothing well");
    await limiter.redis("CONFIG", "SET", "maxmemory", "100663296");
    expect(await heal(plan)).toEqual(['maxmemory "100663296"']);
    expect(await limiter.redis("CONFIG", "GET", "maxmemory")).toEqual(["maxmemory", "100663296"]);
    await limiter.redis("CONFIG", "SET", "maxmemory", "67108864");
  });

  for (const fault of ["counter_drift", "immortal_key"]) {
    test(`what was granted by an override with a longer window, after ${fault}`, async () => {
      const plan = await inject(fault);
      const [key = ""] = plan.targets;
      const override = limitKeyOf(key);
      await limiter.redis("HSET", override, "limit", 321, "window_ms", 60_000);
      expect(await heal(plan)).toEqual([]);
      await limiter.check("node1", key);
      expect(Number(await limiter.redis("PTTL", logKeyOf(key)))).toBeGreaterThan(50_000);
      await limiter.redis("DEL", override, logKeyOf(key));
    });
  }

  test("a setting of a node", async () => {
    const plan = await inject("clock_skew");
    const [node = ""] = plan.targets;
    const url = `${limiter.site.nodes.find(({ name }) => name === node)?.manageUrl}/api/settings`;
    await put(url, { clock_offset_ms: 777 });
    expect(await heal(plan)).toEqual([`clock_offset_ms 777 of ${node}`]);
    await put(url, { clock_offset_ms: 0 });
    expect(await heal(plan)).toEqual([]);
  });

  test("what was put on the way to Redis, and who has it already is not struck", async () => {
    const plan = await inject("redis_latency");
    const [node = ""] = plan.targets;
    const others = await Promise.all([1, 2, 3, 4, 5].map((seed) => planOf(plan.fault, seed)));
    expect(others.flatMap(({ targets }) => targets)).not.toContain(node);
    const url = `${limiter.site.proxy?.url}/api/links/${node}/toxics/slow-link`;
    await put(url, { type: "latency", latency_ms: 5, jitter_ms: 0 });
    expect(await heal(plan)).toEqual([`slow-link of ${node}`]);
    await put(url, Object(plan.details.toxic));
    expect(await heal(plan)).toEqual([]);
  });

  test("a job of the same name", async () => {
    const plan = await inject("flushall");
    await expect(planOf("flushall")).rejects.toThrow("there is nothing well");
    const url = `${limiter.site.jobs?.url}/api/jobs/nightly-cleanup`;
    await put(url, { name: "nightly-cleanup", type: "connections", connections: 1 });
    expect(await heal(plan)).toEqual(["the job nightly-cleanup"]);
    await put(url, Object(plan.details.job));
    expect(await heal(plan)).toEqual([]);
    await watched.untilWell();
  });

  test("an expiry that a person gave, and a counter without one is not struck", async () => {
    const plan = await inject("immortal_key");
    const [key = ""] = plan.targets;
    await expect(planOf("immortal_key")).rejects.toThrow("there is nothing well");
    // More than the fault's own entry, so that the counter is still there.
    await limiter.redis("ZADD", logKeyOf(key), 1, "another");
    await limiter.redis("PEXPIRE", logKeyOf(key), 3_600_000);
    expect(await heal(plan)).toEqual([]);
    expect(Number(await limiter.redis("PTTL", logKeyOf(key)))).toBeGreaterThan(3_000_000);
    await limiter.redis("DEL", logKeyOf(key));
  });

  test("a member that somebody has stopped since", async () => {
    const plan = await inject("node_pause");
    const [node = ""] = plan.targets;
    await limiter.runtime.operate(node, "kill");
    expect(await heal(plan)).toEqual([`${node} is stopped, and node_pause left it paused`]);
    await limiter.runtime.operate(node, "start");
    await watched.untilWell();
  });
});

function faultNamed(name: string) {
  const fault = limiterFaults.find((candidate) => candidate.name === name);
  if (!fault) throw new Error(`no fault ${name}`);
  return fault;
}

async function planOf(name: string, seed = 1): Promise<FaultPlan> {
  return faultNamed(name).plan(await watched.look(), seededRandom(seed));
}

async function inject(name: string): Promise<FaultPlan> {
  const plan = await planOf(name);
  await faultNamed(name).inject(plan, { runtime: limiter.runtime, signal, clock });
  return plan;
}

function heal(plan: FaultPlan): Promise<readonly string[]> {
  return faultNamed(plan.fault).heal(plan, { runtime: limiter.runtime, signal, clock });
}

async function put(url: string, body: Json): Promise<void> {
  const { site } = limiter;
  await callControl({ site, doing: "a person", url, method: "PUT", body, schema: z.any(), signal });
}
