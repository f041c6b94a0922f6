// The node's link to a real Redis, by itself.
import { expect, test } from "bun:test";
import { RedisLink } from "../../../subjects/ratelimiter/service/redis-link.ts";
import { type RealRedis, startRedis, withRedis } from "../../support/real-redis.ts";

const COMMANDS = 50;
const DEADLINE = { deadlineMs: 5_000 };

withRedis("the link to a real Redis", () => {
  test("what is asked in one turn of the event loop Redis reads at once", async () => {
    await using redis = await startRedis();
    using link = new RedisLink({
      host: "127.0.0.1",
      port: redis.port,
      connectionName: "link",
      unansweredMax: COMMANDS,
      onChange: () => undefined,
    });
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
});

/** As requests come: each in a callback, and many in one turn. */
function inOwnCallback<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(work()), 0));
}

async function readsOf(redis: RealRedis): Promise<number> {
  const stats = await redis.call("INFO", "stats");
  return Number(/^total_reads_processed:(\d+)/m.exec(stats)?.[1]);
}
