import { afterAll, beforeAll, expect, test } from "bun:test";
import { logKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import {
  type Counter,
  countersAnswerSchema,
  usageAnswerSchema,
} from "../../../subjects/ratelimiter/service/answers.ts";
import { startNode, type TestNode } from "../../support/limiter-nodes.ts";
import { type RealRedis, startRedis, withRedis } from "../../support/real-redis.ts";

const LIMITS = { default: { limit: 5, window_ms: 30_000 }, keys: {} };

withRedis("counters on a real Redis", () => {
  let redis: RealRedis;
  let node: TestNode;

  beforeAll(async () => {
    redis = await startRedis();
    node = await startNode({ redisPort: redis.port, limits: LIMITS });
  });

  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  async function listAll(count: number): Promise<readonly Counter[]> {
    const counters = new Map<string, Counter>();
    let cursor: string | null = "0";
    while (cursor !== null) {
      const answer = await node.manage(`/api/counters?cursor=${cursor}&count=${count}`);
      const page = countersAnswerSchema.parse(answer.body);
      for (const counter of page.items) counters.set(counter.key, counter);
      cursor = page.next_cursor;
    }
    return [...counters.values()];
  }

  test("every counter is listed, over as many pages as it takes", async () => {
    const keys = Array.from({ length: 250 }, (_, index) => `page:limit:${index}`);
    await Promise.all(keys.map((key) => node.check({ key })));
    for (const count of [7, 1000]) {
      const listed = (await listAll(count)).map(({ key }) => key);
      expect(listed.filter((key) => key.startsWith("page:")).sort()).toEqual([...keys].sort());
    }
  });

  test("a counter says what it holds and when it is gone", async () => {
    await node.check({ key: "held", cost: 4 });
    const counter = (await listAll(100)).find(({ key }) => key === "held");
    expect(counter).toEqual({
      key: "held",
      used: 4,
      limit: 5,
      window_ms: 30_000,
      ttl_ms: expect.any(Number),
      raw: logKeyOf("held"),
    });
    expect(counter?.ttl_ms).toBeGreaterThan(29_000);
  });

  test("a counter without an expiry is listed as such", async () => {
    await node.check({ key: "immortal" });
    await redis.call("PERSIST", logKeyOf("immortal"));
    expect((await listAll(100)).find(({ key }) => key === "immortal")?.ttl_ms).toBe(-1);
  });

  test("what is no counter of ours is not listed", async () => {
    await redis.call("ZADD", "rl:2:{a:b}:log", "1", "x");
    await redis.call("ZADD", "rl:1:{old}:log", "1", "x");
    await redis.call("SET", "rl:2:{string}:log", "x");
    await redis.call("ZADD", "rl:2:{foreign}:other", "1", "x");
    const keys = (await listAll(100)).map(({ key }) => key);
    expect(keys.filter((key) => ["a:b", "old", "string", "foreign"].includes(key))).toEqual([]);
  });

  test("a reset forgets what one key used, and nothing else", async () => {
    await node.check({ key: "reset me", cost: 5 });
    await node.check({ key: "not me", cost: 5 });
    const path = "/api/counters/reset%20me/reset";
    const first = await node.manage<unknown>(path, { method: "POST" });
    expect(first.body).toEqual({ key: "reset me", used_before: 5 });
    expect((await node.check({ key: "reset me", cost: 5 })).status).toBe(200);
    expect((await node.check({ key: "not me" })).status).toBe(429);
    const none = await node.manage<unknown>("/api/counters/nobody/reset", { method: "POST" });
    expect([none.status, none.body]).toEqual([200, { key: "nobody", used_before: 0 }]);
  });

  test("a node knows by itself what redis granted through it, window by window", async () => {
    await node.check({ key: "own", cost: 2 });
    const [seconds = "0", micros = "0"] = (await redis.call("TIME")).split("\n");
    const betweenUs = Number(seconds) * 1_000_000 + Number(micros);
    await node.check({ key: "own", cost: 3 });
    await node.check({ key: "own", cost: 1 });
    const read = async (query: string) => {
      const answer = await node.manage(`/api/usage?${query}`);
      const usage = usageAnswerSchema.parse(answer.body);
      expect(usage.since_us).toBeLessThan(betweenUs);
      return usage.items.find(({ key }) => key === "own");
    };
    expect(await read("window_ms=30000")).toEqual({ key: "own", allowed: 5, uncertain: 0 });
    expect(await read(`window_ms=30000&window_end_us=${betweenUs}`)).toEqual({
      key: "own",
      allowed: 2,
      uncertain: 0,
    });
    expect(await read(`window_ms=1&window_end_us=${betweenUs - 60_000_000}`)).toBeUndefined();
  });
});
