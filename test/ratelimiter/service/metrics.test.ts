// Every metric of the page is moved here; the last test fails when one is added that is not.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { eventually } from "../../support/eventually.ts";
import { startNode, type TestNode } from "../../support/limiter-nodes.ts";
import { type RealRedis, startRedis, withRedis } from "../../support/real-redis.ts";

withRedis("metrics on a real Redis", () => {
  let redis: RealRedis;
  let node: TestNode;
  const moved = new Set<string>();

  beforeAll(async () => {
    redis = await startRedis();
    node = await startNode({ redisPort: redis.port, bounds: { waitingMax: 4 } });
  });

  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  /** By how much `work` moves the metric. */
  async function moveOf(line: string, work: () => Promise<unknown>): Promise<number> {
    const before = await node.metric(line);
    await work();
    moved.add(line.replace(/\{.*/, "").replace(/_(bucket|sum|count)$/, ""));
    return (await node.metric(line)) - before;
  }

  function put(body: unknown): Promise<unknown> {
    return node.manage("/api/settings", { method: "PUT", body });
  }

  test.each([
    ['ratelimiter_checks_total{decision="allowed",by="redis"}', { key: "canary.open" }],
    ['ratelimiter_checks_total{decision="denied",by="redis"}', { key: "blocked" }],
    ['ratelimiter_bad_requests_total{code="bad_cost"}', { key: "a", cost: 0 }],
    ['ratelimiter_bad_requests_total{code="cost_above_limit"}', { key: "a", cost: 900 }],
    ["ratelimiter_check_duration_seconds_count", { key: "a" }],
    ['ratelimiter_check_duration_seconds_bucket{le="+Inf"}', { key: "a" }],
    ["ratelimiter_redis_duration_seconds_count", { key: "a" }],
  ])("%s moves by one with a check", async (line, ask) => {
    expect(await moveOf(line, () => node.check(ask))).toBe(1);
  });

  test("the sums of the histograms grow by the time that passed", async () => {
    for (const name of ["check", "redis"]) {
      const line = `ratelimiter_${name}_duration_seconds_sum`;
      const seconds = await moveOf(line, () => node.check({ key: "a" }));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThan(1);
    }
  });

  test("the buckets of a histogram hold one another", async () => {
    const page = await (await fetch(`http://127.0.0.1:${node.managePort}/metrics`)).text();
    const buckets = page.match(/^ratelimiter_check_duration_seconds_bucket.*$/gm) ?? [];
    const counts = buckets.map((line) => Number(line.split(" ")[1]));
    expect(counts).toEqual([...counts].sort((left, right) => left - right));
  });

  test("the lease's renewals are counted by their result", async () => {
    const line = 'ratelimiter_lease_renewals_total{result="renewed"}';
    const renewals = await moveOf(line, () => node.manage("/health"));
    expect(renewals).toBeGreaterThanOrEqual(1);
  });

  test("settings in force are shown", async () => {
    expect(await moveOf("ratelimiter_fail_open", () => put({ fail_mode: "open" }))).toBe(1);
    expect(await moveOf("ratelimiter_key_schema", () => put({ schema: 1 }))).toBe(-1);
    const skew = () => put({ clock_offset_ms: 100_000 });
    expect(await moveOf("ratelimiter_clock_seconds", skew)).toBeGreaterThan(99);
    await put({ fail_mode: "closed", schema: 2, clock_offset_ms: 0 });
  });

  test("what redis does not decide is counted by its failure and the fail mode", async () => {
    redis.pause();
    const late = 'ratelimiter_redis_failures_total{failure="late"}';
    expect(await moveOf(late, () => node.check({ key: "a" }))).toBe(1);
    await eventually(
      async () => (await node.metric("ratelimiter_redis_connected")) === 0,
      "the connection is given up",
    );
    const closed = 'ratelimiter_checks_total{decision="denied",by="fail_closed"}';
    expect(await moveOf(closed, () => node.check({ key: "a" }))).toBe(1);
    const gone = 'ratelimiter_redis_failures_total{failure="unreachable"}';
    expect(await moveOf(gone, () => node.check({ key: "a" }))).toBe(1);
    await put({ fail_mode: "open" });
    const open = 'ratelimiter_checks_total{decision="allowed",by="fail_open"}';
    expect(await moveOf(open, () => node.check({ key: "a" }))).toBe(1);
    await put({ fail_mode: "closed" });
    const connected = await moveOf("ratelimiter_redis_connected", async () => {
      redis.resume();
      await eventually(
        async () => (await node.metric("ratelimiter_redis_connected")) === 1,
        "there is a connection",
      );
    });
    expect(connected).toBe(1);
  });

  test("unanswered commands, and refusals beyond their bound, are counted", async () => {
    await eventually(async () => (await node.check({ key: "a" })).status === 200, "redis decides");
    redis.pause();
    const full = 'ratelimiter_redis_failures_total{failure="queue_full"}';
    const asked: Promise<unknown>[] = [];
    const unanswered = await moveOf("ratelimiter_redis_unanswered", async () => {
      for (let i = 0; i < 8; i += 1) asked.push(node.check({ key: "a" }));
      await eventually(async () => (await node.metric(full)) >= 4, "the bound is reached");
    });
    moved.add("ratelimiter_redis_unanswered_limit");
    expect(unanswered).toBe(await node.metric("ratelimiter_redis_unanswered_limit"));
    redis.resume();
    await Promise.all(asked);
  });

  test("errors of redis and forgotten scripts are counted", async () => {
    await eventually(async () => (await node.check({ key: "b" })).status === 200, "redis decides");
    const loads = "ratelimiter_script_loads_total";
    await redis.call("SCRIPT", "FLUSH");
    expect(await moveOf(loads, () => node.check({ key: "b" }))).toBe(1);
    await redis.call("CONFIG", "SET", "maxmemory", "1");
    const refused = 'ratelimiter_redis_failures_total{failure="refused"}';
    expect(await moveOf(refused, () => node.check({ key: "b" }))).toBe(1);
    await redis.call("CONFIG", "SET", "maxmemory", "0");
  });

  test("a node's start is later after a restart, and no other metric is left unmoved", async () => {
    const line = "ratelimiter_start_time_seconds";
    const before = await node.metric(line);
    await using second = await startNode({ redisPort: redis.port, name: "node2" });
    expect(await second.metric(line)).toBeGreaterThan(before);
    moved.add(line);
    const page = await (await fetch(`http://127.0.0.1:${node.managePort}/metrics`)).text();
    const names = [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name);
    expect(names.filter((name) => !moved.has(name))).toEqual([]);
  });
});
