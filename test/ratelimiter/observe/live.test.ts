// Real nodes on a real Redis, looked at; what is done to Redis by hand is seen in the next looks.
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from "bun:test";
import { readValue } from "../../../src/domain/observation.ts";
import { systemClock } from "../../../src/infra/clock.ts";
import { DECLARED_REDIS_SETTINGS } from "../../../subjects/ratelimiter/declared.ts";
import { describeLimiter } from "../../../subjects/ratelimiter/describe.ts";
import { limitKeyOf, logKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import { allIn, judgementsOf, stateOf } from "../../support/limiter-looks.ts";
import { startNode, type TestNode } from "../../support/limiter-nodes.ts";
import { type WatchedSite, watchSite, watchUrls } from "../../support/limiter-site.ts";
import { hasRedis, type RealRedis, startRedis } from "../../support/real-redis.ts";

setDefaultTimeout(60_000);

const NAMES = ["node1", "node2"];

describe.skipIf(!hasRedis)(`on a real Redis${hasRedis ? "" : " (none is installed)"}`, () => {
  let redis: RealRedis;
  let nodes: readonly TestNode[];
  let site: WatchedSite;

  beforeAll(async () => {
    redis = await startRedis(DECLARED_REDIS_SETTINGS);
    nodes = await Promise.all(NAMES.map((name) => startNode({ name, redisPort: redis.port })));
    site = watchSite({ redisPort: redis.port, nodes });
  });

  afterAll(async () => {
    for (const node of nodes) await node[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  beforeEach(untilWell);

  /** Nothing violated or unknown: a restart of anything needs a window to be judged again. */
  async function untilWell(): Promise<void> {
    await site.untilSo(
      "the limiter is well",
      (seen) => allIn(seen, "violated").length + allIn(seen, "unknown").length === 0,
    );
  }

  async function spend(key: string, count: number): Promise<void> {
    for (let asked = 0; asked < count; asked += 1) await nodes[asked % 2]?.check({ key });
  }

  test("Redis and the nodes count the same, to the unit", async () => {
    await spend("steady", 7);
    const seen = await site.untilSo("what was granted is past", ({ counters }) =>
      (readValue(counters)?.items ?? []).some(({ key, used }) => key === "steady" && used === 7),
    );
    const granted = seen.nodes.flatMap(({ usage }) =>
      (readValue(usage)?.items ?? []).filter(({ key }) => key === "steady"),
    );
    expect(granted.map(({ allowed }) => allowed).sort()).toEqual([3, 4]);
    expect(stateOf(seen, "counter_drift", "steady")).toBe("holds");
    const started = seen.members.filter(({ role }) => role === "limiter");
    for (const { startedAtMs } of started) expect(startedAtMs).toBeGreaterThan(1.7e12);
  });

  test("entries from the future are a drift of that key alone", async () => {
    const aheadUs = (Date.now() + 3_600_000) * 1_000;
    await redis.call("ZADD", logKeyOf("hot"), String(aheadUs), "x-1-1");
    await redis.call("PEXPIRE", logKeyOf("hot"), "60000");
    const seen = await site.until("counter_drift", "hot", "violated");
    expect(allIn(seen, "violated")).toEqual(["counter_drift/hot"]);
    const table = seen.tables?.find(({ title }) => title === "counters");
    expect(table?.rows[0]).toMatchObject({
      isOff: true,
      cells: ["hot", "1", "200", "1 ahead", expect.stringMatching(/ s$/)],
    });
    expect(describeLimiter(seen)).toContain("counter hot: 1 of 200");
    await redis.call("ZREM", logKeyOf("hot"), "x-1-1");
  });

  test("units that no node was granted are a drift, and a reset counter is one", async () => {
    await spend("bursty", 6);
    await redis.call("DEL", logKeyOf("bursty"));
    await site.until("counter_drift", "bursty", "violated");
    await untilWell();
    const justNowUs = Date.now() * 1_000;
    const entries = Array.from({ length: 9 }, (_, index) => [
      String(justNowUs + index),
      `x-${index}`,
    ]);
    await redis.call("ZADD", logKeyOf("bursty"), ...entries.flat());
    await redis.call("PEXPIRE", logKeyOf("bursty"), "6000");
    await site.until("counter_drift", "bursty", "violated");
  });

  test("a counter that somebody reset through a node is no drift", async () => {
    await spend("bursty", 6);
    await nodes[0]?.manage("/api/counters/bursty/reset", { method: "POST" });
    await neverViolated("counter_drift", "bursty");
  });

  test("what an override cut while it was in force is no drift once it has ended", async () => {
    await override("steady", { limit: 30, window_ms: 1_000, for_ms: 60_000 });
    for (let second = 0; second < 3; second += 1) {
      await spend("steady", 6);
      await systemClock.sleep(700);
    }
    await site.look();
    await nodes[0]?.manage("/api/limits/steady", { method: "DELETE" });
    await neverViolated("counter_drift", "steady");
  });

  test("a canary whose limit somebody overrides until a stated time is no ghost", async () => {
    await override("canary.blocked", { limit: 50, for_ms: 60_000 });
    await neverViolated("ghost_allowing", "canary.blocked");
    await nodes[0]?.manage("/api/limits/canary.blocked", { method: "DELETE" });
    await neverViolated("ghost_allowing", "canary.blocked");
  });

  async function override(key: string, body: object): Promise<void> {
    await nodes[0]?.manage(`/api/limits/${key}`, { method: "PUT", body });
  }

  /** In looks that reach over more than a window. */
  async function neverViolated(invariant: string, entity: string): Promise<void> {
    const untilMs = Date.now() + 5_500;
    while (Date.now() < untilMs) {
      expect(stateOf(await site.look(), invariant, entity)).not.toBe("violated");
      await systemClock.sleep(200);
    }
  }

  test("counters that vanish again and again let more through than the limit", async () => {
    const flushing = setInterval(() => void redis.call("FLUSHALL"), 400);
    const seen = await site.until("over_limit", "canary.spent", "violated");
    clearInterval(flushing);
    expect(stateOf(seen, "counter_drift", "steady")).not.toBe("violated");
  });

  test("a blocked key that gets an endless override is a ghost", async () => {
    await redis.call("HSET", limitKeyOf("canary.blocked"), "limit", "50");
    const seen = await site.until("ghost_allowing", "canary.blocked", "violated");
    expect(allIn(seen, "violated")).toEqual([
      "ghost_allowing/canary.blocked",
      "limit_drift/canary.blocked",
    ]);
    await redis.call("DEL", limitKeyOf("canary.blocked"));
  });

  test("a key that is denied although nearly nothing was used is a ghost", async () => {
    const aheadUs = (Date.now() + 60_000) * 1_000;
    const entries = Array.from({ length: 1_000 }, (_, index) => [String(aheadUs), `x-${index}`]);
    await redis.call("ZADD", logKeyOf("canary.open"), ...entries.flat());
    await site.until("ghost_denying", "canary.open", "violated");
    await redis.call("DEL", logKeyOf("canary.open"));
  });

  test("an override until a stated time is no drift", async () => {
    await nodes[0]?.manage("/api/limits/hot", {
      method: "PUT",
      body: { limit: 9, for_ms: 60_000 },
    });
    const seen = await site.look();
    expect(readValue(seen.overrides)?.items).toMatchObject([
      { key: "hot", endsInMs: expect.any(Number) },
    ]);
    expect(stateOf(seen, "limit_drift", "hot")).toBe("holds");
    await nodes[0]?.manage("/api/limits/hot", { method: "DELETE" });
  });

  const hour = 3_600_000;
  for (const [ends, words, ttlMs] of [
    ["by its own word alone", ["until_ms", Date.now() + hour], null],
    ["when Redis drops it", ["set_by", "alice"], hour],
    ["and is over, but still there", ["until_ms", Date.now() - hour], null],
  ] as const) {
    test(`nor is one that ends ${ends}`, async () => {
      const name = limitKeyOf("hot");
      await redis.call("HSET", name, "limit", "9", "window_ms", "5000", ...words.map(String));
      if (ttlMs !== null) await redis.call("PEXPIRE", name, String(ttlMs));
      const seen = await site.look();
      expect(stateOf(seen, "limit_drift", "hot")).toBe("holds");
      expect(readValue(seen.overrides)?.items).toMatchObject([{ endsInMs: expect.any(Number) }]);
      await redis.call("DEL", name);
    });
  }

  test("a counter without expiry is immortal, and keys of no known form are a leak", async () => {
    await redis.call("ZADD", logKeyOf("idle"), "1", "x-1-1");
    const words = Array.from({ length: 10 }, (_, index) => [`rl:2:{guest}:seq-${index}`, "1"]);
    await redis.call("MSET", ...words.flat());
    await redis.call("SET", "somebody-elses", "1");
    const seen = await site.until("immortal_counter", "idle", "violated");
    expect(allIn(seen, "violated")).toEqual(["immortal_counter/idle", "key_leak/redis"]);
    await redis.call("DEL", logKeyOf("idle"), ...words.map(([name]) => name ?? ""));
  });

  test("what is in place of a key and is none is told with its type", async () => {
    const names = [logKeyOf("steady"), limitKeyOf("hot"), logKeyOf("x"), limitKeyOf("y")];
    const [log = "", limit = "", ...others] = names;
    for (const name of [log, limit]) await redis.call("SET", name, "5");
    for (const name of others) await redis.call("RPUSH", name, "5");
    await redis.call("SET", "rl:2:node:node9", "{garbage");
    expect((await nodes[0]?.check({ key: "hot" }))?.status).toBe(503);
    const seen = await site.look();
    expect(allIn(seen, "violated")).toEqual([
      "counter_drift/steady",
      "counter_drift/other keys",
      "limit_drift/hot",
      "limit_drift/other keys",
    ]);
    const evidenceOf = (name: string, entity: string) =>
      judgementsOf(seen, name).find((judged) => judged.entity === entity)?.evidence;
    expect(evidenceOf("limit_drift", "hot")).toMatchObject({ key_name: limit, key_type: "string" });
    expect(evidenceOf("counter_drift", "other keys")).toMatchObject({ key_type: "list" });
    expect(describeLimiter(seen)).toContain("override of hot: NONE, but a key of type string");
    await redis.call("DEL", ...names, "rl:2:node:node9");
  });

  test("however many keys there are, declared ones are read, and what is cut is said", async () => {
    const words = Array.from({ length: 20_000 }, (_, index) => [`rl:2:{k${index}}:log`, "1"]);
    for (let from = 0; from < words.length; from += 2_000) {
      await redis.call("MSET", ...words.slice(from, from + 2_000).flat());
    }
    const scan = readValue((await site.look()).counters);
    expect(scan).toMatchObject({ isCut: true });
    expect(scan?.items.filter(({ isDeclared }) => isDeclared)).toHaveLength(9);
    expect(scan?.items.length).toBeLessThanOrEqual(500);
    await redis.call("FLUSHALL");
  });

  test("named by URLs alone it shows what it can, and nothing is invented", async () => {
    const urls = nodes.map(({ apiPort }) => `http://127.0.0.1:${apiPort}`);
    const seen = await watchUrls([...urls, `redis://127.0.0.1:${redis.port}`]).look();
    expect(allIn(seen, "violated")).toEqual([]);
    expect(seen.members.map(({ health }) => health)).toEqual(["up", "up", "up"]);
    for (const { name, lease, health } of seen.nodes) {
      expect([lease.state, health.state]).toEqual(["read", "failed"]);
      expect(stateOf(seen, "schema_differs", name)).toBe("holds");
      expect(stateOf(seen, "clock_skew", name)).toBe("unknown");
    }
    const blindfold = await watchUrls(urls).look();
    expect(allIn(blindfold, "violated")).toEqual([]);
    expect(blindfold.redis.liveness.state).toBe("failed");
  });
});
