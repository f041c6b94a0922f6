// A live limiter whose Redis cannot save: where its dump should be, a folder is.
import { mkdir, rm } from "node:fs/promises";
import { eventually } from "./eventually.ts";
import type { LiveLimiter } from "./live-limiter.ts";

/** A folder stands where the dump is to be renamed to, as on a disk that takes no snapshot. */
export async function failSaves(limiter: LiveLimiter) {
  const dump = `${limiter.home}/subjects/ratelimiter/members/redis/data/dump.rdb`;
  await rm(dump, { force: true });
  await mkdir(dump);
  await limiter.redis("BGSAVE");
  await eventually(
    async () => `${await limiter.redis("INFO", "persistence")}`.includes("last_bgsave_status:err"),
    "a save has failed",
  );
  const end = () => rm(dump, { recursive: true, force: true });
  return { end, [Symbol.asyncDispose]: end };
}
