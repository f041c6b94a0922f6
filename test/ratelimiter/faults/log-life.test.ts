// How long a counter's log is let live, whatever stands in the place of its override.
import { expect, test } from "bun:test";
import { Redis } from "ioredis";
import { logLifeMs } from "../../../subjects/ratelimiter/change/log-life.ts";
import { limitKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import { hasRedis, startRedis } from "../../support/real-redis.ts";

const why = hasRedis ? "" : " (skipped: no redis-server or valkey-server on PATH)";

test.skipIf(!hasRedis)(
  `a log lives as long as its longer window, and a note in its place has none${why}`,
  async () => {
    await using server = await startRedis();
    const redis = new Redis(server.port, "127.0.0.1");
    try {
      const of = { key: "acme", declaredMs: 5_000 };
      expect(await logLifeMs(redis, of)).toBe(6_000);
      await redis.hset(limitKeyOf("acme"), "window_ms", 60_000);
      expect(await logLifeMs(redis, of)).toBe(61_000);
      await redis.set(limitKeyOf("acme"), "a note");
      expect(await logLifeMs(redis, of)).toBe(6_000);
    } finally {
      redis.disconnect();
    }
  },
);
