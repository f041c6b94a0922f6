// The node's link to a real Redis, by itself.
import { expect, test } from "bun:test";
import { healthAnswerSchema } from "../../../subjects/ratelimiter/service/answers.ts";
import { type LinkAnswer, RedisLink } from "../../../subjects/ratelimiter/service/redis-link.ts";
import { startNode } from "../../support/limiter-nodes.ts";
import { type RealRedis, startRedis, withRedis } from "../../support/real-redis.ts";

const COMMANDS = 50;
const DEADLINE = { deadlineMs: 5_000 };
const PASSWORD = "p@ss:w/rd #1 %41?";

withRedis("the link to a real Redis", () => {
  test("what is asked in one turn of the event loop Redis reads at once", async () => {
    await using redis = await startRedis();
    using link = linkTo(redis);
    await link.firstConnection;
    await link.command(["PING"], DEADLINE);
    const readsBefore = await readsOf(redis);
    const answers = await Promise.all(
      Array.from({ length: COMMANDS }, (_, index) =>
        inOwnCallback(() => link.command(["ECHO", `${index}`], DEADLINE)),
      ),
    );
    expect(answers).toEqual(answers.map((_, index) => ({ state: "answered", value: `${index}` })));
    expect((await readsOf(redis)) - readsBefore).toBeLessThan(COMMANDS / 10);
  });

  test("Redis is given its password, whatever characters are in it", async () => {
    await using redis = await startRedis();
    await redis.call("CONFIG", "SET", "requirepass", PASSWORD);
    using link = linkTo(redis, { password: PASSWORD });
    await link.firstConnection;
    expect(await link.command(["ACL", "WHOAMI"], DEADLINE)).toEqual(answered("default"));
  });

  test("a user of Redis's access lists has a password of its own", async () => {
    await using redis = await startRedis();
    await redis.call("ACL", "SETUSER", "limiter:1", "on", `>${PASSWORD}`, "~rl:*", "+@all");
    using link = linkTo(redis, { username: "limiter:1", password: PASSWORD });
    await link.firstConnection;
    expect(await link.command(["ACL", "WHOAMI"], DEADLINE)).toEqual(answered("limiter:1"));
  });

  test("a node with a wrong password, or none, serves and says what Redis says", async () => {
    await using redis = await startRedis();
    await redis.call("CONFIG", "SET", "requirepass", PASSWORD);
    for (const [password, error] of [
      ["guessed", "WRONGPASS invalid username-password pair or user is disabled."],
      [undefined, "NOAUTH Authentication required."],
    ]) {
      const place = { host: "127.0.0.1", port: redis.port, ...(password && { password }) };
      await using node = await startNode({ redisPort: redis.port, redis: place }, false);
      const { body } = await node.manage("/health");
      expect(healthAnswerSchema.parse(body).redis).toMatchObject({ state: "unreachable", error });
      expect(JSON.stringify([body, node.lines])).not.toContain("guessed");
    }
  });
});

function linkTo({ port }: RealRedis, given: { username?: string; password?: string } = {}) {
  return new RedisLink({
    ...given,
    host: "127.0.0.1",
    port,
    connectionName: "link",
    unansweredMax: COMMANDS,
    onChange: () => undefined,
  });
}

function answered(value: string): LinkAnswer {
  return { state: "answered", value };
}

/** As requests come: each in a callback, and many in one turn. */
function inOwnCallback<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(work()), 0));
}

async function readsOf(redis: RealRedis): Promise<number> {
  const stats = await redis.call("INFO", "stats");
  return Number(/^total_reads_processed:(\d+)/m.exec(stats)?.[1]);
}
