// What an action on keys would replace, as whoever approves it is shown: another's decision reads
// otherwise, and what changes by itself does not.
import { expect, test } from "bun:test";
import { systemClock } from "../../../src/infra/clock.ts";
import { limitKeyOf, logKeyOf } from "../../../subjects/ratelimiter/keys.ts";
import { openRateLimiter } from "../../../subjects/ratelimiter/subject.ts";
import { startLiveLimiter } from "../../support/live-limiter.ts";
import { hasRedis } from "../../support/real-redis.ts";
import { watchLimiter } from "../../support/watched-limiter.ts";

const why = hasRedis ? "" : " (skipped: neither redis-server nor valkey-server is on PATH)";

test.skipIf(!hasRedis)(
  `an override reads by its limit, window and author; entries ahead are not counted${why}`,
  async () => {
    await using limiter = await startLiveLimiter();
    const watched = watchLimiter(limiter);
    const { actions } = openRateLimiter({ ...limiter, clock: systemClock });
    const replacedBy = async (name: string) => {
      const met = actions
        .find((action) => action.name === name)
        ?.postcondition(await watched.look(), { target: "acme", args: {} });
      return met?.isMet === false ? met.reason : undefined;
    };
    const set = (...words: readonly string[]) =>
      limiter.redis("HSET", limitKeyOf("acme"), ...words);
    await set("limit", "321", "window_ms", "5000", "set_by", "alice");
    expect(await replacedBy("restore_limit")).toBe(
      "acme is overridden with 321 per 5 s, set by alice",
    );
    await set("set_by", "bob", "window_ms", "3600000");
    expect(await replacedBy("restore_limit")).toBe(
      "acme is overridden with 321 per 3600 s, set by bob",
    );
    const aheadUs = (Date.now() + 3_600_000) * 1_000;
    const told: unknown[] = [];
    for (const entry of ["x-0-1", "x-1-1"]) {
      await limiter.redis("ZADD", logKeyOf("acme"), aheadUs, entry);
      told.push(await replacedBy("reset_counter"));
    }
    expect(told).toEqual(Array(2).fill("some of its entries are dated ahead"));
  },
  60_000,
);
