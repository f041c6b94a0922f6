// What was granted lives on for as long as any node counts it, whatever the declaration says.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { systemClock as clock } from "../../../src/infra/clock.ts";
import { resetCounter, setTtl } from "../../../subjects/ratelimiter/actions/counters.ts";
import type { ActionTools } from "../../../subjects/ratelimiter/actions/tools.ts";
import { DECLARED_LIMITS, type LimitsFile } from "../../../subjects/ratelimiter/declared.ts";
import { logKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import type { LimiterObservation } from "../../../subjects/ratelimiter/observation.ts";
import { hasRedis, type RealRedis, startRedis } from "../../support/real-redis.ts";

const why = hasRedis ? "" : " (skipped: no redis-server or valkey-server on PATH)";
const LOG = logKeyOf("hot");
const TEN_MINUTES = 600_000;
const HOUR_US = 3_600_000_000;
const context = { runtime: undefined, signal: new AbortController().signal, clock };
const call = { target: "hot", args: {} };

let server: RealRedis;
let redis: Redis;

/** As each node has it; null of one that was not heard. */
function toolsWhere(nodes: readonly (LimitsFile | null)[]): ActionTools {
  const url = `redis://127.0.0.1:${server.port}`;
  const at = { url, address: `127.0.0.1:${server.port}`, isStandIn: false };
  const declared = { limits: DECLARED_LIMITS, redisSettings: null, jobs: null };
  const none = { nodes: [], proxy: null, jobs: null, token: undefined };
  const limitsOf = (limits: LimitsFile | null) =>
    limits
      ? { state: "read", value: limits, atMs: 1 }
      : { state: "failed", reason: "silent", atMs: 1 };
  const seen = { nodes: nodes.map((limits) => ({ limits: limitsOf(limits) })) };
  return {
    runtime: undefined,
    site: { ...none, redis: at, declared },
    latest: () => seen as unknown as LimiterObservation,
  };
}

function countingOver(windowMs: number): LimitsFile {
  return { ...DECLARED_LIMITS, keys: { hot: { limit: 200, window_ms: windowMs } } };
}

describe.skipIf(!hasRedis)(`the life of a counter${why}`, () => {
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.port, "127.0.0.1");
  });
  afterAll(async () => {
    redis.disconnect();
    await server[Symbol.asyncDispose]();
  });

  test("what a node has let live longer is not cut down by a reset", async () => {
    const aheadUs = Date.now() * 1_000 + HOUR_US;
    await redis.zadd(LOG, aheadUs, "ahead");
    await redis.pexpire(LOG, TEN_MINUTES);
    const done = await resetCounter(toolsWhere([DECLARED_LIMITS])).run(call, context);
    expect(done).toContain("1 of 1 entries");
    expect(await redis.pttl(LOG)).toBeGreaterThan(TEN_MINUTES - 10_000);
  });

  for (const [nodes, atLeastMs, atMostMs] of [
    [["declared"], 1, 30_000],
    [["declared", "longer"], TEN_MINUTES, TEN_MINUTES + 1_000],
    [["declared", "silent"], 86_000_000, 86_401_000],
  ] as const) {
    test(`its expiry is of the longest window of ${nodes.join(" and ")}`, async () => {
      const files = { declared: DECLARED_LIMITS, longer: countingOver(TEN_MINUTES), silent: null };
      const tools = toolsWhere(nodes.map((name) => files[name]));
      await redis.persist(LOG);
      await setTtl(tools).run(call, context);
      const lifeMs = await redis.pttl(LOG);
      expect(lifeMs).toBeLessThanOrEqual(atMostMs);
      expect(lifeMs).toBeGreaterThan(atLeastMs - 5_000);
    });
  }
});
