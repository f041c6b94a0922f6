// A Redis that cannot save does not end when it is asked to, and is not killed for it: what it has
// acknowledged is in its memory alone.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, rename, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { downLocal } from "../../../src/runtimes/local/down.ts";
import { openLocalRuntime } from "../../../src/runtimes/local/open.ts";
import { ratelimiter } from "../../../subjects/ratelimiter/definition.ts";
import { hastyClock } from "../../support/hasty-clock.ts";
import { type LiveLimiter, startLiveLimiter } from "../../support/live-limiter.ts";
import { REAL_KIND } from "../../support/redis-kinds.ts";

const why = REAL_KIND ? "" : " [skipped: no redis-server or valkey-server on PATH]";
let limiter: LiveLimiter;
let dump: string;

describe.skipIf(!REAL_KIND)(`the end of a redis that cannot save${why}`, () => {
  beforeEach(async () => {
    limiter = await startLiveLimiter();
    dump = join(limiter.home, "subjects/ratelimiter/members/redis/data/dump.rdb");
    await limiter.redis("SAVE");
    await limiter.redis("SET", "late", "kept");
    await rename(dump, `${dump}.kept`);
    await mkdir(dump);
  });

  afterEach(() => limiter[Symbol.asyncDispose]());

  for (const operation of ["stop", "restart"] as const) {
    test(`${operation} says so, and it serves on; once it can save, nothing is lost`, async () => {
      const { home } = limiter;
      const options = { definition: ratelimiter, home, self: [], clock: hastyClock };
      const hasty = await openLocalRuntime(options);
      const ending = hasty?.runtime.operate("redis", operation);
      await expect(ending).rejects.toThrow("stopping redis: it has not ended within 30 s");
      expect(await limiter.redis("GET", "late")).toBe("kept");
      await rmdir(dump);
      expect((await limiter.runtime.operate("redis", "stop")).state).toBe("stopped");
      await limiter.runtime.operate("redis", "start");
      expect(await limiter.redis("GET", "late")).toBe("kept");
    });
  }

  test("down that keeps the data fails, and down that does not ends it", async () => {
    const { home } = limiter;
    const down = { subject: ratelimiter.name, home, clock: hastyClock };
    const saving = { keepData: true, savesAtEnd: ratelimiter.savesAtEnd ?? {} };
    const failure = "stopping redis: it has not ended within 30 s";
    await expect(downLocal({ ...down, ...saving })).rejects.toThrow(failure);
    await unlink(join(home, "subjects/ratelimiter/topology.json"));
    await expect(downLocal({ ...down, ...saving })).rejects.toThrow(failure);
    expect(await limiter.redis("GET", "late")).toBe("kept");
    expect(await downLocal(down)).toBe(true);
  });
});
