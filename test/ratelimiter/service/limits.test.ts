import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { limitKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import { limitsAnswerSchema } from "../../../subjects/ratelimiter/service/answers.ts";
import { eventually } from "../../support/eventually.ts";
import { startNode, type TestNode } from "../../support/limiter-nodes.ts";
import { type RealRedis, startRedis, withRedis } from "../../support/real-redis.ts";

const LIMITS = {
  default: { limit: 3, window_ms: 1_000 },
  keys: { named: { limit: 5, window_ms: 2_000 } },
};

withRedis("limits on a real Redis", () => {
  let redis: RealRedis;
  let node: TestNode;
  let other: TestNode;

  beforeAll(async () => {
    redis = await startRedis();
    node = await startNode({ redisPort: redis.port, limits: LIMITS });
    other = await startNode({ redisPort: redis.port, limits: LIMITS, name: "node2" });
  });

  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  function put(key: string, body: unknown) {
    return node.manage<{ until_ms: number }>(`/api/limits/${encodeURIComponent(key)}`, {
      method: "PUT",
      body,
    });
  }

  async function overridden(key: string): Promise<unknown> {
    const { body } = await node.manage("/api/limits");
    return limitsAnswerSchema.parse(body).overrides.find((override) => override.key === key);
  }

  test("the declared limits are in a file, which the API does not write", async () => {
    const file = join(node.dataDir, "limits.json");
    const before = await readFile(file, "utf8");
    expect(JSON.parse(before)).toEqual(LIMITS);
    await put("named", { limit: 9, for_ms: 1_000 });
    expect(await readFile(file, "utf8")).toBe(before);
    const { body } = await node.manage("/api/limits");
    expect(limitsAnswerSchema.parse(body)).toMatchObject({
      default: LIMITS.default,
      declared: [{ key: "named", limit: 5, window_ms: 2_000 }],
      is_cut: false,
    });
  });

  test("an override is enforced by every node at once, and ends when it says", async () => {
    expect((await other.check({ key: "raised", cost: 4 })).status).toBe(400);
    await put("raised", { limit: 8, for_ms: 1_500, set_by: "a test" });
    const { status, body } = await other.check({ key: "raised", cost: 8 });
    expect([status, body.limit]).toEqual([200, 8]);
    await eventually(
      async () => (await other.check({ key: "raised" })).body.limit === 3,
      "the declared limit is back",
    );
    expect(await redis.call("EXISTS", limitKeyOf("raised"))).toBe("0");
  });

  test("an override may be lower, and have a window of its own", async () => {
    await put("lowered", { limit: 1, window_ms: 60_000, for_ms: 60_000 });
    const first = await other.check({ key: "lowered" });
    const second = await other.check({ key: "lowered" });
    expect([first.status, second.status, second.body.window_ms]).toEqual([200, 429, 60_000]);
  });

  test("an override ends at a stated time by redis's clock", async () => {
    const untilMs = Date.now() + 60_000;
    const { status, body } = await put("until", { limit: 7, until_ms: untilMs });
    expect([status, body.until_ms]).toEqual([200, untilMs]);
    expect(await redis.call("PEXPIRETIME", limitKeyOf("until"))).toBe(String(untilMs));
    expect(await overridden("until")).toEqual({
      key: "until",
      limit: 7,
      window_ms: 1_000,
      until_ms: untilMs,
      set_by: "api",
    });
  });

  test("an override whose time is over does not count, though its key is still there", async () => {
    await redis.call("HSET", limitKeyOf("overdue"), "limit", "50", "until_ms", "1000");
    expect((await node.check({ key: "overdue" })).body.limit).toBe(3);
  });

  test("an override without an end, written past the API, is enforced and shown", async () => {
    await redis.call("HSET", limitKeyOf("drifted"), "limit", "500");
    expect((await node.check({ key: "drifted" })).body.limit).toBe(500);
    expect(await overridden("drifted")).toEqual({
      key: "drifted",
      limit: 500,
      window_ms: 1_000,
      until_ms: null,
      set_by: null,
    });
  });

  test("a removed override is over at once; removing it again is no error", async () => {
    await put("a/b %", { limit: 8, for_ms: 60_000 });
    expect((await node.check({ key: "a/b %" })).body.limit).toBe(8);
    const path = `/api/limits/${encodeURIComponent("a/b %")}`;
    const first = await node.manage<unknown>(path, { method: "DELETE" });
    const second = await node.manage<unknown>(path, { method: "DELETE" });
    expect([first.body, second.body]).toEqual([
      { key: "a/b %", removed: true },
      { key: "a/b %", removed: false },
    ]);
    expect((await node.check({ key: "a/b %" })).body.limit).toBe(3);
  });

  test("overrides are listed to the end, and foreign keys are none", async () => {
    const wanted = Array.from(
      { length: 60 },
      (_, index) => `many${String(index).padStart(3, "0")}`,
    );
    await Promise.all(wanted.map((key) => put(key, { limit: 9, for_ms: 60_000 })));
    await redis.call("HSET", "rl:2:{bad:key}:limit", "limit", "1");
    const crowd = "for i = 1, 5000 do redis.call('SET', 'somebody-else:' .. i, 1) end";
    await redis.call("EVAL", crowd, "0");
    const { body } = await node.manage("/api/limits");
    const keys = limitsAnswerSchema.parse(body).overrides.map(({ key }) => key);
    expect(keys.filter((key) => key.startsWith("many"))).toEqual(wanted);
    expect(keys).not.toContain("bad:key");
  });

  test("a file that says something else stops the node, which guesses no limit", async () => {
    for (const text of ["", "{}", '{"default":{"limit":-1,"window_ms":1000},"keys":{}}']) {
      await writeFile(join(other.dataDir, "limits.json"), text);
      const started = startNode({ redisPort: redis.port, dataDir: other.dataDir });
      await expect(started).rejects.toMatchObject({ code: "usage" });
    }
  });
});
