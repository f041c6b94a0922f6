// Which of Redis's files holds more. An append-only file that somebody turned on while it ran is
// not in redis.conf: a start by that alone would load the dump, and leave what came since. In
// containers compose/redis-start.txt finds it out likewise.
import type { Stats } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../../../src/infra/files.ts";

const DUMP = "dump.rdb";
/** Of Redis 7; before it was one file beside the dump. */
const LOG_DIR = "appendonlydir";
const LOG = "appendonly.aof";
/** What was in memory when it was begun, and what came from then on. */
const BASE = /^appendonly\.aof\.\d+\.base\.(?:rdb|aof)$/;
const MORE = /^appendonly\.aof\.\d+\.incr\.aof$/;
/** When a dump was begun, in its head: a name of five bytes, then 32 bits (rdb.c). */
const BEGUN = Buffer.from("\x05ctime\xc2", "latin1");
const HEAD_BYTES = 1_024;

/**
 * Whether the log was written to after the dump was begun: then it holds all that the dump does.
 * Otherwise the dump holds all that the log does.
 */
export async function isLogAhead(dataDir: string): Promise<boolean> {
  const names = await namesIn(join(dataDir, LOG_DIR));
  const pathsOf = (part: RegExp) =>
    names.filter((name) => part.test(name)).map((name) => join(dataDir, LOG_DIR, name));
  const timesMs = await Promise.all([
    ...pathsOf(BASE).map(begunAt),
    ...[join(dataDir, LOG), ...pathsOf(MORE)].map(writtenAt),
  ]);
  const reachesMs = timesMs.filter((ms) => ms !== undefined);
  if (reachesMs.length === 0) return false;
  const begunAtMs = await begunAt(join(dataDir, DUMP));
  return begunAtMs === undefined || Math.max(...reachesMs) >= begunAtMs;
}

/**
 * Of what is written from memory. Its head has full seconds; the file was made within that second,
 * unless it is a copy. Where its head does not say it, when it was written. Undefined without it.
 */
async function begunAt(path: string): Promise<number | undefined> {
  const times = await timesOf(path);
  if (times === undefined) return undefined;
  await using file = await open(path, "r");
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const at = buffer.indexOf(BEGUN);
  const valueAt = at + BEGUN.length;
  if (at < 0 || valueAt + 4 > bytesRead) return times.mtimeMs;
  const saidMs = buffer.readUInt32LE(valueAt) * 1_000;
  const isOwn = Math.abs(times.birthtimeMs - saidMs) < 1_000;
  return Math.min(isOwn ? times.birthtimeMs : saidMs, times.mtimeMs);
}

async function writtenAt(path: string): Promise<number | undefined> {
  return (await timesOf(path))?.mtimeMs;
}

/** In full milliseconds. */
async function timesOf(path: string): Promise<Pick<Stats, "mtimeMs" | "birthtimeMs"> | undefined> {
  try {
    const { mtimeMs, birthtimeMs } = await stat(path);
    return { mtimeMs: Math.floor(mtimeMs), birthtimeMs: Math.floor(birthtimeMs) };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function namesIn(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}
