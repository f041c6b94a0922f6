import { afterAll, beforeAll, expect, test } from "bun:test";
import { logKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import { eventually } from "../../support/eventually.ts";
import { startNode, type TestNode } from "../../support/limiter-nodes.ts";
import { type RealRedis, startRedis, withRedis } from "../../support/real-redis.ts";

const WINDOW_MS = 1_000;
const LIMITS = {
  default: { limit: 3, window_ms: WINDOW_MS },
  keys: {
    blocked: { limit: 0, window_ms: WINDOW_MS },
    slow: { limit: 2, window_ms: 60_000 },
    wide: { limit: 10, window_ms: 2_500 },
  },
};

withRedis("a check on a real Redis", () => {
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

  test("as many pass as the limit says, and no more", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 5; i += 1) statuses.push((await node.check({ key: "plain" })).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  test("an allowed check says what remains", async () => {
    const { body } = await node.check({ key: "slow" });
    expect(body).toEqual({
      allowed: true,
      key: "slow",
      cost: 1,
      limit: 2,
      remaining: 1,
      window_ms: 60_000,
      reset_ms: 60_000,
      retry_after_ms: 0,
      decided_by: "redis",
    });
  });

  test("headers are those of the IETF draft", async () => {
    const first = await node.check({ key: "wide", cost: 9 });
    expect(first.headers.get("ratelimit-policy")).toBe('"default";q=10;w=3');
    expect(first.headers.get("ratelimit")).toBe('"default";r=1;t=3');
    expect(first.headers.get("retry-after")).toBeNull();
    const second = await node.check({ key: "wide", cost: 9 });
    expect(second.status).toBe(429);
    expect(second.headers.get("ratelimit")).toMatch(/^"default";r=1;t=[123]$/);
    expect(second.headers.get("retry-after")).toMatch(/^[123]$/);
  });

  test("whoever waits as long as was said, passes", async () => {
    await node.check({ key: "waits", cost: 3 });
    const denied = await node.check({ key: "waits" });
    expect(denied.status).toBe(429);
    await Bun.sleep(denied.body.retry_after_ms);
    expect((await node.check({ key: "waits" })).status).toBe(200);
  });

  test("each unit leaves the window by itself", async () => {
    await node.check({ key: "slides" });
    await Bun.sleep(300);
    await node.check({ key: "slides", cost: 2 });
    const one = await node.check({ key: "slides", cost: 1 });
    const two = await node.check({ key: "slides", cost: 2 });
    expect([one.status, two.status]).toEqual([429, 429]);
    expect(two.body.retry_after_ms - one.body.retry_after_ms).toBeGreaterThan(200);
    await Bun.sleep(one.body.retry_after_ms);
    const { status, body } = await node.check({ key: "slides" });
    expect([status, body.remaining]).toEqual([200, 0]);
  });

  test("a denied check costs nothing", async () => {
    await node.check({ key: "thrifty", cost: 2 });
    expect((await node.check({ key: "thrifty", cost: 2 })).status).toBe(429);
    expect((await node.check({ key: "thrifty", cost: 1 })).status).toBe(200);
  });

  test("a cost that can never pass is refused, not put off", async () => {
    const { status, body } = await node.check({ key: "dear", cost: 4 });
    expect([status, body.error?.code]).toEqual([400, "cost_above_limit"]);
  });

  test("a key whose limit is 0 is denied, and leaves nothing in redis", async () => {
    const { status, body, headers } = await node.check({ key: "blocked", cost: 5 });
    expect([status, body.limit, body.remaining]).toEqual([429, 0, 0]);
    expect(headers.get("retry-after")).toBe("1");
    expect(await redis.call("EXISTS", logKeyOf("blocked"))).toBe("0");
  });

  test("scores ahead of redis's clock count as used, and promise at most a window", async () => {
    const aheadUs = String((Date.now() + 3_600_000) * 1000);
    const key = logKeyOf("ahead");
    await redis.call("ZADD", key, aheadUs, "a", aheadUs, "b", aheadUs, "c");
    const { status, body } = await node.check({ key: "ahead" });
    expect([status, body.retry_after_ms]).toEqual([429, WINDOW_MS]);
    expect(Number(await redis.call("PTTL", key))).toBeGreaterThan(0);
  });

  test("whatever traffic wrote is gone soon after its window", async () => {
    await Promise.all(["e1", "e2", "e3"].map((key) => node.check({ key, cost: 2 })));
    const counters = (await redis.call("KEYS", "rl:2:{e?}:*")).split("\n");
    expect(counters).toHaveLength(3);
    for (const key of counters) {
      const ttlMs = Number(await redis.call("PTTL", key));
      expect(ttlMs).toBeGreaterThan(WINDOW_MS - 500);
      expect(ttlMs).toBeLessThanOrEqual(WINDOW_MS + 1_000);
    }
    await eventually(
      async () => (await redis.call("KEYS", "rl:2:{e?}:*")) === "",
      "the counters are gone",
    );
  });

  test("a log holds no more entries than its window", async () => {
    for (let round = 0; round < 3; round += 1) {
      await eventually(
        async () => (await node.check({ key: "kept-short", cost: 3 })).status === 200,
        "there is room again",
      );
    }
    expect(await redis.call("ZCARD", logKeyOf("kept-short"))).toBe("3");
  });

  test("keys are counted by their bytes, whatever they look like", async () => {
    const keys = [
      "ключ",
      "👩‍👩‍👧",
      "é",
      "e\u0301",
      "a:limit:b",
      "}{",
      "rl:2:topology",
      "%C3%A9",
      " ",
    ];
    const answers = await Promise.all(keys.map((key) => node.check({ key, cost: 3 })));
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200));
    expect(answers.map(({ body }) => body.key)).toEqual(keys);
    expect(await redis.call("TYPE", "rl:2:topology")).toBe("hash");
  });

  test("checks at the same time get no more than the limit", async () => {
    const asked = Array.from({ length: 40 }, () => node.check({ key: "rush" }));
    const allowed = (await Promise.all(asked)).filter(({ status }) => status === 200);
    expect(allowed).toHaveLength(3);
  });
});
