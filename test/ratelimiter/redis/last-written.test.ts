// What a real Redis was set to while it ran is in no file that it is started by: an append-only
// file is read by the next start all the same, and without save points nobody ends it unasked.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { downLocal } from "../../../src/runtimes/local/down.ts";
import { ratelimiter } from "../../../subjects/ratelimiter/definition.ts";
import { isLogAhead } from "../../../subjects/ratelimiter/redis/last-written.ts";
import { eventually } from "../../support/eventually.ts";
import { hastyClock } from "../../support/hasty-clock.ts";
import { type LiveLimiter, startLiveLimiter } from "../../support/live-limiter.ts";
import { REAL_KIND } from "../../support/redis-kinds.ts";

const why = REAL_KIND ? "" : " [skipped: no redis-server or valkey-server on PATH]";
let limiter: LiveLimiter;
let data: string;

async function turnLogOn(): Promise<void> {
  await limiter.redis("CONFIG", "SET", "appendonly", "yes");
  const isOn = async () =>
    /aof_rewrite_in_progress:0/.test(String(await limiter.redis("INFO", "persistence")));
  await eventually(isOn, "the log is complete");
}

describe.skipIf(!REAL_KIND)(`a redis that was set otherwise while it ran${why}`, () => {
  beforeEach(async () => {
    limiter = await startLiveLimiter();
    data = join(limiter.home, "subjects/ratelimiter/members/redis/data");
    await limiter.redis("SAVE");
  });

  afterEach(() => limiter[Symbol.asyncDispose]());

  for (const ending of ["kill", "stop"] as const) {
    test(`what only its append-only file has is there after ${ending} and start`, async () => {
      await turnLogOn();
      await limiter.redis("CONFIG", "SET", "save", "");
      await limiter.redis("SET", "late", "kept");
      await limiter.runtime.operate("redis", ending);
      await limiter.runtime.operate("redis", "start");
      expect(await limiter.redis("GET", "late")).toBe("kept");
      expect(await limiter.redis("CONFIG", "GET", "appendonly")).toContain("yes");
    });
  }

  test("of a log that somebody has turned off the dump of after that is read", async () => {
    await turnLogOn();
    await limiter.redis("CONFIG", "SET", "appendonly", "no");
    await utimes(join(data, "appendonlydir/appendonly.aof.1.incr.aof"), 1, 1);
    await utimes(join(data, "appendonlydir/appendonly.aof.1.base.rdb"), 1, 1);
    await limiter.redis("SET", "late", "kept");
    await limiter.redis("SAVE");
    await limiter.runtime.operate("redis", "kill");
    await limiter.runtime.operate("redis", "start");
    expect(await limiter.redis("GET", "late")).toBe("kept");
    expect(await limiter.redis("CONFIG", "GET", "appendonly")).toContain("no");
  });

  test("a dump counts from when it was begun", async () => {
    expect(await isLogAhead(data)).toBe(false);
    await turnLogOn();
    const part = join(data, "appendonlydir/appendonly.aof.1.incr.aof");
    const begun = Number(await limiter.redis("LASTSAVE"));
    await utimes(join(data, "appendonlydir/appendonly.aof.1.base.rdb"), 1, 1);
    for (const [writtenAt, isAhead] of [
      [begun + 2, true],
      [begun - 2, false],
    ] as const) {
      await utimes(part, writtenAt, writtenAt);
      // Written long after, as of what is large: what came meanwhile is in the log alone.
      await utimes(join(data, "dump.rdb"), begun + 100, begun + 100);
      expect(await isLogAhead(data)).toBe(isAhead);
    }
  });

  test("without save points a stop, a restart and a keeping down say what is lost", async () => {
    await limiter.redis("CONFIG", "SET", "save", "");
    await limiter.redis("SET", "late", "kept");
    const { home } = limiter;
    const said = /stopping redis: it has no save points, and \d+ changes since its last save/;
    for (const operation of ["stop", "restart"] as const) {
      await expect(limiter.runtime.operate("redis", operation)).rejects.toThrow(said);
    }
    const savesAtEnd = ratelimiter.savesAtEnd ?? {};
    const down = { subject: ratelimiter.name, home, clock: hastyClock, savesAtEnd };
    await expect(downLocal({ ...down, keepData: true })).rejects.toThrow(said);
    expect(await limiter.redis("GET", "late")).toBe("kept");
    await limiter.redis("SAVE");
    expect((await limiter.runtime.operate("redis", "stop")).state).toBe("stopped");
  });
});
