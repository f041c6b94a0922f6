// What a new connection meets at a real Redis, in whatever state it is.
import { expect, test } from "bun:test";
import { Redis } from "ioredis";
import { readValue } from "../../../src/domain/observation.ts";
import { DECLARED_REDIS_SETTINGS } from "../../../subjects/ratelimiter/declared.ts";
import type { LimiterObservation } from "../../../subjects/ratelimiter/observation.ts";
import { eventually } from "../../support/eventually.ts";
import { stateOf } from "../../support/limiter-looks.ts";
import { watchSite, watchUrls } from "../../support/limiter-site.ts";
import { hasRedis, type RealRedis, startRedis } from "../../support/real-redis.ts";

const testRedis = hasRedis ? test : test.skip;
const NAME = hasRedis ? "" : " (skipped: no redis-server here)";
const PAUSED_MS = 700;
const BUSY_SCRIPT = "local t = 0 while true do t = t + 1 end";

function livenessIn({ redis }: LimiterObservation) {
  return readValue(redis.liveness);
}

function watchAlone({ port }: RealRedis) {
  return watchSite({ redisPort: port, nodes: [] });
}

testRedis(`a Redis that is well is read whole${NAME}`, async () => {
  await using redis = await startRedis(DECLARED_REDIS_SETTINGS);
  const seen = await watchAlone(redis).look();
  expect(livenessIn(seen)).toEqual({ state: "answers" });
  expect(readValue(seen.redis.settings)).toEqual({ ...DECLARED_REDIS_SETTINGS });
  expect(readValue(seen.redis.clients)).toMatchObject({ total: 1, groups: [{ name: "operator" }] });
  expect(readValue(seen.redis.info)).toMatchObject({ maxClients: 128, keys: 0, role: "master" });
});

testRedis(`one that is killed is unreachable, and well again once started${NAME}`, async () => {
  await using redis = await startRedis();
  const site = watchAlone(redis);
  await site.look();
  await redis.kill();
  const seen = await site.look();
  expect(livenessIn(seen)).toMatchObject({ state: "unreachable" });
  expect(stateOf(seen, "redis_slow", "redis")).toBe("unknown");
  await redis.start();
  expect(livenessIn(await site.look())).toEqual({ state: "answers" });
});

testRedis(`one that is paused is silent, and well again once resumed${NAME}`, async () => {
  await using redis = await startRedis();
  const site = watchAlone(redis);
  await site.look();
  redis.pause();
  expect(livenessIn(await site.look(300))).toMatchObject({ state: "silent" });
  redis.resume();
  expect(livenessIn(await site.look())).toEqual({ state: "answers" });
});

testRedis(`a Redis that is slow once in a look and quick right after is quick${NAME}`, async () => {
  await using redis = await startRedis();
  const site = watchAlone(redis);
  await site.look();
  redis.pause();
  setTimeout(redis.resume, PAUSED_MS);
  const { pingMs, liveness } = (await site.look(2 * PAUSED_MS)).redis;
  expect(readValue(liveness)).toEqual({ state: "answers" });
  expect(readValue(pingMs)).toBeLessThan(PAUSED_MS);
});

testRedis(`without room for clients it is still read by who is in already${NAME}`, async () => {
  await using redis = await startRedis({ maxclients: "6" });
  const site = watchAlone(redis);
  await site.look();
  const hoard = Array.from({ length: 5 }, () => new Redis(redis.port, { connectionName: "hoard" }));
  await Promise.all(hoard.map((connection) => connection.ping()));
  const seen = await site.look();
  for (const connection of hoard) connection.disconnect();
  expect(livenessIn(seen)).toMatchObject({ state: "refusing", kind: "max_clients" });
  expect(readValue(seen.redis.clients)?.groups[0]).toMatchObject({ name: "hoard", count: 5 });
  expect(stateOf(seen, "clients_exhausted", "redis")).toBe("violated");
  expect(
    stateOf(await site.until("clients_exhausted", "redis", "holds"), "cannot_see", "limiter"),
  ).not.toBe("unknown");
});

testRedis(
  `a script that does not end makes it busy, and is in its log afterwards${NAME}`,
  async () => {
    await using redis = await startRedis({ "lua-time-limit": "100" });
    const site = watchAlone(redis);
    const script = redis.call("EVAL", BUSY_SCRIPT, "0").catch(String);
    const busy = await site.untilSo("it is busy", (seen) => livenessIn(seen)?.state === "refusing");
    expect(livenessIn(busy)).toMatchObject({ kind: "busy" });
    expect(stateOf(busy, "redis_slow", "redis")).toBe("violated");
    await eventually(async () => (await redis.call("SCRIPT", "KILL")) === "OK", "it is killed");
    await script;
  },
);

testRedis(`a slow command is told after it has ended${NAME}`, async () => {
  await using redis = await startRedis();
  const site = watchAlone(redis);
  await redis.call("EVAL", "for i = 1, 60000000 do end return redis.call('TIME')", "0");
  const seen = await site.look();
  const [slowest] = readValue(seen.redis.slow) ?? [];
  expect(slowest?.command).toStartWith("EVAL");
});

testRedis(`one that wants a password cannot be seen without it${NAME}`, async () => {
  await using redis = await startRedis();
  await redis.call("CONFIG", "SET", "requirepass", "open-sesame");
  const stranger = await watchUrls([`redis://127.0.0.1:${redis.port}`]).look();
  expect(livenessIn(stranger)).toMatchObject({ state: "refusing", kind: "auth" });
  expect(stateOf(stranger, "cannot_see", "limiter")).toBe("violated");
  const url = `redis://:open-sesame@127.0.0.1:${redis.port}`;
  const friend = await watchUrls([url]).look();
  expect(livenessIn(friend)).toEqual({ state: "answers" });
  expect(JSON.stringify([stranger, friend])).not.toContain("open-sesame");
});

testRedis(`a disk that takes no snapshot is told, though Redis answers${NAME}`, async () => {
  await using redis = await startRedis({ save: "3600 1" });
  const site = watchAlone(redis);
  await Bun.$`rm -r ${redis.dir}`.quiet();
  await redis.call("BGSAVE");
  const seen = await site.until("persistence_failing", "redis", "violated");
  expect(livenessIn(seen)).toEqual({ state: "answers" });
});
