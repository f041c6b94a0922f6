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

const START = join(import.meta.dir, "../../../subjects/ratelimiter/compose/redis-start.txt");

const why = REAL_KIND ? "" : " [skipped: no redis-server or valkey-server on PATH]";
let limiter: LiveLimiter;
let data: string;

/** As both say that start it: what runs here, and what is mounted in its container. */
async function isLogRead(): Promise<boolean> {
  const isAhead = await isLogAhead(data);
  const { stdout, stderr } = Bun.spawnSync(["sh", START, data, "echo"]);
  expect([`${stdout}`, `${stderr}`]).toEqual([isAhead ? "--appendonly yes\n" : "\n", ""]);
  return isAhead;
}

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

  test("a dump of the same second has what came after the log was complete", async () => {
    const ahead: boolean[] = [];
    for (let round = 0; round < 5; round += 1) {
      // Turned off, Redis writes the whole of it once, and nothing to it from then on.
      await limiter.redis("BGREWRITEAOF");
      const isDone = async () =>
        /aof_rewrite_in_progress:0/.test(String(await limiter.redis("INFO", "persistence")));
      await eventually(isDone, "the log is written");
      await limiter.redis("SET", "late", `${round}`);
      await limiter.redis("SAVE");
      ahead.push(await isLogRead());
    }
    expect(ahead).toEqual([false, false, false, false, false]);
    await limiter.runtime.operate("redis", "restart");
    expect(await limiter.redis("GET", "late")).toBe("4");
  });

  test("a log that is on has what came after a dump of the same second", async () => {
    await turnLogOn();
    const ahead: boolean[] = [];
    for (let round = 0; round < 5; round += 1) {
      await limiter.redis("SAVE");
      await limiter.redis("SET", "late", `${round}`);
      ahead.push(await isLogRead());
    }
    expect(ahead).toEqual([true, true, true, true, true]);
    await limiter.runtime.operate("redis", "kill");
    await limiter.runtime.operate("redis", "start");
    expect(await limiter.redis("GET", "late")).toBe("4");
  });

  test("a dump counts from when it was begun", async () => {
    expect(await isLogRead()).toBe(false);
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
      expect(await isLogRead()).toBe(isAhead);
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
