// What a node does while Redis is gone, late or refusing, in both fail modes, and afterwards.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Clock } from "../../../src/domain/clock.ts";
import { systemClock } from "../../../src/infra/clock.ts";
import {
  healthAnswerSchema,
  usageAnswerSchema,
} from "../../../subjects/ratelimiter/service/answers.ts";
import { runLimiterNode } from "../../../subjects/ratelimiter/service/main.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free-port.ts";
import { startNode, type TestNode, TOKEN } from "../../support/limiter-nodes.ts";
import { type RealRedis, startRedis, withRedis } from "../../support/real-redis.ts";

const LIMITS = { default: { limit: 50, window_ms: 10_000 }, keys: {} };
const DEADLINE_MS = 250;

withRedis("trouble with a real Redis", () => {
  let redis: RealRedis;
  let node: TestNode;

  beforeEach(async () => {
    redis = await startRedis({ "lua-time-limit": "100" });
    node = await startNode({ redisPort: redis.port, limits: LIMITS });
  });

  afterEach(async () => {
    await node[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  async function health() {
    const answer = await node.manage("/health");
    return { httpStatus: answer.status, ...healthAnswerSchema.parse(answer.body) };
  }

  async function untilItDecides(): Promise<void> {
    await eventually(
      async () => (await node.check({ key: "again" })).body.decided_by === "redis",
      "redis decides again",
    );
  }

  async function setFailMode(fail_mode: "open" | "closed"): Promise<void> {
    await node.manage("/api/settings", { method: "PUT", body: { fail_mode } });
  }

  interface Trouble {
    readonly name: string;
    begin(): Promise<unknown>;
    end(): Promise<unknown>;
    readonly code: string;
    readonly redisState: "unreachable" | "late" | "refusing";
  }

  const TROUBLES: readonly Trouble[] = [
    {
      name: "killed",
      begin: async () => {
        await redis.kill();
        await eventually(async () => (await health()).redis.state === "unreachable", "it is seen");
      },
      end: () => redis.start(),
      code: "redis_unreachable",
      redisState: "unreachable",
    },
    {
      name: "paused",
      begin: async () => redis.pause(),
      end: async () => redis.resume(),
      code: "redis_late",
      redisState: "late",
    },
    {
      name: "out of memory",
      begin: () => redis.call("CONFIG", "SET", "maxmemory", "1"),
      end: () => redis.call("CONFIG", "SET", "maxmemory", "0"),
      code: "redis_refused",
      redisState: "refusing",
    },
    {
      name: "held by a script",
      begin: async () => {
        redis.call("EVAL", "while true do end", "0").catch(() => undefined);
        await eventually(
          async () => (await redis.call("PING")).startsWith("BUSY"),
          "redis says that it is busy",
        );
      },
      end: () => redis.call("SCRIPT", "KILL"),
      code: "redis_refused",
      redisState: "refusing",
    },
    {
      name: "unable to save",
      begin: async () => {
        await redis.call("CONFIG", "SET", "save", "3600 1");
        await Bun.write(`${redis.dir}/dump.rdb/in-the-way`, "");
        await redis.call("BGSAVE");
        await eventually(
          async () => (await redis.call("INFO", "persistence")).includes("bgsave_status:err"),
          "the save has failed",
        );
      },
      end: () => redis.call("CONFIG", "SET", "stop-writes-on-bgsave-error", "no"),
      code: "redis_refused",
      redisState: "refusing",
    },
  ];

  describe.each(TROUBLES.map((trouble) => [trouble.name, trouble] as const))(
    "redis %s",
    (_, trouble) => {
      test("fail closed: 503 with Retry-After, within the deadline's reach", async () => {
        await trouble.begin();
        const answer = await node.check({ key: "closed" });
        expect([answer.status, answer.body.error?.code]).toEqual([503, trouble.code]);
        expect(answer.headers.get("retry-after")).toBe("1");
        await trouble.end();
        await untilItDecides();
      });

      test("fail open: allowed, and it says who decided", async () => {
        await setFailMode("open");
        await trouble.begin();
        const { status, body, headers } = await node.check({ key: "open" });
        expect([status, body.decided_by, body.remaining]).toEqual([200, "fail_open", 0]);
        expect(headers.get("ratelimit-policy")).toBe('"default";q=50;w=10');
        expect(headers.get("ratelimit")).toBeNull();
        await trouble.end();
        await untilItDecides();
      });

      test("health says 503 and why, and is well again afterwards", async () => {
        expect((await health()).httpStatus).toBe(200);
        await trouble.begin();
        const ill = await health();
        expect(ill).toMatchObject({ httpStatus: 503, redis: { state: trouble.redisState } });
        expect(ill.redis.error).not.toBeNull();
        await trouble.end();
        await eventually(async () => (await health()).httpStatus === 200, "the node is well");
      });
    },
  );

  test("redis out of memory: nothing is left half written", async () => {
    await redis.call("CONFIG", "SET", "maxmemory", "1");
    await node.check({ key: "half", cost: 5 });
    await redis.call("CONFIG", "SET", "maxmemory", "0");
    expect(await redis.call("EXISTS", "rl:2:{half}:log")).toBe("0");
  });

  test("a connection that somebody kills is made anew", async () => {
    expect(await redis.call("CLIENT", "LIST")).toContain("name=limiter:node1");
    await redis.call("CLIENT", "KILL", "TYPE", "normal");
    await eventually(() => node.lines.some((line) => line.includes(" lost")), "it is seen");
    await untilItDecides();
  });

  test("scripts that redis forgot are given to it again, unseen by clients", async () => {
    await node.check({ key: "flushed" });
    const before = await node.metric("ratelimiter_script_loads_total");
    await redis.call("SCRIPT", "FLUSH");
    expect((await node.check({ key: "flushed" })).body.remaining).toBe(48);
    expect(await node.metric("ratelimiter_script_loads_total")).toBe(before + 1);
  });

  test("a paused redis gets no more commands than the bound, and then none", async () => {
    await using small = await startNode({
      redisPort: redis.port,
      name: "small",
      bounds: { waitingMax: 10 },
    });
    redis.pause();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => small.check({ key: "queued" })),
    );
    const codes = answers.map(({ body }) => body.error?.code);
    expect(codes.filter((code) => code === "redis_queue_full").length).toBeGreaterThanOrEqual(30);
    expect(await small.metric("ratelimiter_redis_unanswered")).toBeLessThanOrEqual(10);
    redis.resume();
  });

  test("what redis counted after the deadline is entered into the account", async () => {
    redis.pause();
    expect((await node.check({ key: "late", cost: 3 })).status).toBe(503);
    redis.resume();
    await eventually(
      async () => (await usageOf("late"))?.allowed === 3,
      "the late answer is in the account",
    );
  });

  test("what redis may have counted when it died is uncertain", async () => {
    redis.pause();
    const asked = node.check({ key: "lost", cost: 4 });
    await eventually(
      async () => (await node.metric("ratelimiter_redis_unanswered")) > 0,
      "it is sent",
    );
    await redis.kill();
    expect((await asked).status).toBe(503);
    await eventually(async () => (await usageOf("lost"))?.uncertain === 4, "it is uncertain");
    await redis.start();
  });

  async function usageOf(key: string) {
    const { body } = await node.manage("/api/usage?window_ms=60000");
    return usageAnswerSchema.parse(body).items.find((item) => item.key === key);
  }

  test("a connection that stays silent is given up, and the queue with it", async () => {
    redis.pause();
    await node.check({ key: "silent" });
    await eventually(
      async () => (await node.metric("ratelimiter_redis_connected")) === 0,
      "the connection is given up",
    );
    expect(await node.metric("ratelimiter_redis_unanswered")).toBe(0);
    const startedAtMs = performance.now();
    expect((await node.check({ key: "silent" })).body.error?.code).toBe("redis_unreachable");
    expect(performance.now() - startedAtMs).toBeLessThan(DEADLINE_MS);
    redis.resume();
    await untilItDecides();
  });

  test("management calls say 503 with a reason", async () => {
    await redis.kill();
    await eventually(async () => (await health()).redis.state === "unreachable", "it is seen");
    for (const path of ["/api/counters", "/api/limits", "/api/nodes"]) {
      const { status, body } = await node.manage<{ error: { code: string } }>(path);
      expect([status, body.error.code]).toEqual([503, "redis_unreachable"]);
    }
    expect((await node.manage("/api/settings")).status).toBe(200);
  });

  test("a node whose redis comes up a little later serves when it is connected", async () => {
    await redis.kill();
    const starting = startNode({ redisPort: redis.port, name: "early" }, false);
    await redis.start();
    await using early = await starting;
    const events = early.lines.map((line) => / (connected|serves) ?/.exec(line)?.[1]);
    expect(events).toEqual(["connected", "serves"]);
    expect((await early.manage("/health")).status).toBe(200);
  });

  test("a node that waits for redis ends when it is told to", async () => {
    await redis.kill();
    const stopping = new AbortController();
    const { promise: waiting, resolve: noteWaiting } = Promise.withResolvers<void>();
    const sleep: Clock["sleep"] = (_, signal) => {
      noteWaiting();
      return new Promise((resolve) => signal?.addEventListener("abort", () => resolve()));
    };
    const ended = runLimiterNode({
      name: "told",
      apiPort: await freePort(),
      managePort: await freePort(),
      redis: { host: "127.0.0.1", port: redis.port },
      token: TOKEN,
      dataDir: redis.dir,
      clock: { ...systemClock, sleep },
      signal: stopping.signal,
      log: () => undefined,
    });
    await waiting;
    stopping.abort("told to");
    expect(await ended).toBe(0);
  });

  test("a node starts, serves and ends without redis", async () => {
    await redis.kill();
    const lonely = await startNode({ redisPort: redis.port, name: "lonely" }, false);
    expect((await lonely.check({ key: "a" })).status).toBe(503);
    expect((await fetch(`http://127.0.0.1:${lonely.apiPort}/live`)).status).toBe(200);
    expect(await lonely.stop()).toBe(0);
    await lonely[Symbol.asyncDispose]();
  });
});
