import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { leaseKeyOf, TOPOLOGY_KEY } from "../../../subjects/ratelimiter/keys.ts";
import {
  healthAnswerSchema,
  nodesAnswerSchema,
} from "../../../subjects/ratelimiter/service/answers.ts";
import { eventually } from "../../support/eventually.ts";
import { startNode, type TestNode } from "../../support/limiter-nodes.ts";
import { type RealRedis, startRedis, withRedis } from "../../support/real-redis.ts";

withRedis("nodes on a real Redis", () => {
  let redis: RealRedis;
  let node: TestNode;

  beforeAll(async () => {
    redis = await startRedis();
    node = await startNode({ redisPort: redis.port });
  });

  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  async function stateOf(name: string): Promise<string | undefined> {
    const { body } = await node.manage("/api/nodes");
    return nodesAnswerSchema.parse(body).nodes.find((listed) => listed.name === name)?.state;
  }

  test("a node that lives says what it is", async () => {
    const health = healthAnswerSchema.parse((await node.manage("/health")).body);
    const { nodes } = nodesAnswerSchema.parse((await node.manage("/api/nodes")).body);
    expect(nodes.find(({ name }) => name === "node1")).toEqual({
      name: "node1",
      state: "live",
      url: `http://127.0.0.1:${node.apiPort}`,
      schema: 2,
      fail_mode: "closed",
      boot_id: health.boot_id,
      time_ms: expect.any(Number),
    });
  });

  test("a node whose lease lapses is missing, not merely absent", async () => {
    await redis.call("HSET", TOPOLOGY_KEY, "node9", '{"name":"node9","url":"http://127.0.0.1:9"}');
    await redis.call("SET", leaseKeyOf("node9"), "{}", "PX", "1");
    await eventually(async () => (await stateOf("node9")) === "missing", "node9 is missing");
  });

  test("leases are renewed before they lapse", async () => {
    const ttls = new Set<number>();
    await eventually(async () => {
      const ttlMs = Number(await redis.call("PTTL", leaseKeyOf("node1")));
      expect(ttlMs).toBeGreaterThan(0);
      ttls.add(Math.ceil(ttlMs / 500));
      return ttls.size >= 2;
    }, "the lease is renewed");
  });

  test("a node that ends gives its lease back, and can be forgotten only then", async () => {
    const second = await startNode({ redisPort: redis.port, name: "node 2" });
    expect(await stateOf("node 2")).toBe("live");
    const path = "/api/nodes/node%202";
    const refused = await node.manage<unknown>(path, { method: "DELETE" });
    expect(refused.status).toBe(409);
    expect(await second.stop()).toBe(0);
    expect(await stateOf("node 2")).toBe("missing");
    const forgotten = await node.manage<unknown>(path, { method: "DELETE" });
    expect(forgotten.body).toEqual({ name: "node 2", removed: true });
    expect(await stateOf("node 2")).toBeUndefined();
    await second[Symbol.asyncDispose]();
  });

  test("a redis that forgot everything knows its nodes again", async () => {
    await redis.call("FLUSHALL");
    await eventually(async () => (await stateOf("node1")) === "live", "node1 is there again");
  });

  test("settings apply at once and survive a restart", async () => {
    const dataDir = join(node.dataDir, "second");
    const first = await startNode({ redisPort: redis.port, name: "kept", dataDir });
    const changes = { fail_mode: "open", clock_offset_ms: 90_000 };
    const changed = await first.manage<unknown>("/api/settings", { method: "PUT", body: changes });
    expect(changed.body).toEqual({ fail_mode: "open", schema: 2, clock_offset_ms: 90_000 });
    const health = healthAnswerSchema.parse((await first.manage("/health")).body);
    expect(health.fail_mode).toBe("open");
    expect(health.time_ms - Date.now()).toBeGreaterThan(80_000);
    await first.stop();
    const second = await startNode({ redisPort: redis.port, name: "kept", dataDir });
    expect((await second.manage("/api/settings")).body).toEqual(changed.body);
    expect(JSON.parse(await readFile(join(dataDir, "settings.json"), "utf8"))).toEqual(
      changed.body,
    );
    await second[Symbol.asyncDispose]();
  });

  test("changes of settings at the same time are all kept", async () => {
    const changes = [{ fail_mode: "open" }, { clock_offset_ms: 5 }, { schema: 1 }];
    await Promise.all(changes.map((body) => node.manage("/api/settings", { method: "PUT", body })));
    const all = { fail_mode: "open", schema: 1, clock_offset_ms: 5 };
    expect((await node.manage<unknown>("/api/settings")).body).toEqual(all);
    const file = await readFile(join(node.dataDir, "settings.json"), "utf8");
    expect(JSON.parse(file)).toEqual(all);
    const declared = { fail_mode: "closed", schema: 2, clock_offset_ms: 0 };
    await node.manage("/api/settings", { method: "PUT", body: declared });
  });

  test("a setting that is none is refused, and nothing changes", async () => {
    const before = (await node.manage("/api/settings")).body;
    for (const body of [{}, { fail_mode: "ajar" }, { schema: 3 }, { clock_offset: 1 }]) {
      expect((await node.manage("/api/settings", { method: "PUT", body })).status).toBe(400);
    }
    expect((await node.manage("/api/settings")).body).toEqual(before);
  });

  test("a node on the older key layout counts elsewhere", async () => {
    const settings = { fail_mode: "closed", schema: 1, clock_offset_ms: 0 } as const;
    await using old = await startNode({ redisPort: redis.port, name: "old", settings });
    await node.check({ key: "canary.spent", cost: 3 });
    expect((await node.check({ key: "canary.spent" })).status).toBe(429);
    expect((await old.check({ key: "canary.spent" })).status).toBe(200);
    expect(await redis.call("EXISTS", "rl:1:{canary.spent}:log")).toBe("1");
  });

  test("a port that is taken ends the start with a reason", async () => {
    const taken = { redisPort: redis.port, apiPort: node.apiPort };
    await expect(startNode(taken)).rejects.toMatchObject({ code: "runtime" });
  });

  test("what is under way when a node is told to stop is answered", async () => {
    const ending = await startNode({ redisPort: redis.port, name: "ending" });
    redis.pause();
    const asked = ending.check({ key: "under-way" });
    await eventually(
      async () => (await ending.metric("ratelimiter_redis_unanswered")) > 0,
      "the check is under way",
    );
    const stopped = ending.stop();
    redis.resume();
    expect((await asked).status).toBe(200);
    expect(await stopped).toBe(0);
    await ending[Symbol.asyncDispose]();
  });
});
