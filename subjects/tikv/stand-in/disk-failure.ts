// What a member does whose disk fails or is full: like TiKV and etcd it says so and ends, because
// its memory may be ahead of what it has on disk.
import { SQLiteError } from "bun:sqlite";
import { messageOf } from "../../../src/domain/errors.ts";
import type { Log } from "./log.ts";

/** No space, no space in the quota, read-only, and what a dying disk says. */
const DISK_CODES: readonly unknown[] = ["ENOSPC", "EDQUOT", "EROFS", "EIO"];

/** The exit code of `run`, or 1 when the disk ended it. Rejects with everything else. */
export async function endWithDisk(log: Log, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!isDiskFailure(error)) throw error;
    log.fatal("failed to write to the disk", { err: messageOf(error) });
    return 1;
  }
}

function isDiskFailure(error: unknown): boolean {
  if (error instanceof SQLiteError) return true;
  return error instanceof Error && "code" in error && DISK_CODES.includes(error.code);
}
