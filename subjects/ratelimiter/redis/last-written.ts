// Which of Redis's files holds more. An append-only file that somebody turned on while it ran is
// not in redis.conf: a start by that alone would load the dump, and leave what came since.
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../../../src/infra/files.ts";

const DUMP = "dump.rdb";
/** Of Redis 7; before it was one file beside the dump. */
const LOG_DIR = "appendonlydir";
const LOG = "appendonly.aof";
const LOG_PART = /^appendonly\.aof\.\d+\.(?:base\.(?:rdb|aof)|incr\.aof)$/;
/** When the dump was begun, in its head: a name of five bytes, then 32 bits (rdb.c). */
const BEGUN = Buffer.from("\x05ctime\xc2", "latin1");
const HEAD_BYTES = 1_024;

/**
 * Whether the log was written to after the dump was begun: then it holds all that the dump does.
 * Otherwise the dump holds all that the log does.
 */
export async function isLogAhead(dataDir: string): Promise<boolean> {
  const names = (await namesIn(join(dataDir, LOG_DIR))).filter((name) => LOG_PART.test(name));
  const logs = [join(dataDir, LOG), ...names.map((name) => join(dataDir, LOG_DIR, name))];
  const writtenAtMs = (await Promise.all(logs.map(writtenAt))).filter((ms) => ms !== undefined);
  if (writtenAtMs.length === 0) return false;
  const begunAtMs = await dumpBegunAt(join(dataDir, DUMP));
  return begunAtMs === undefined || Math.max(...writtenAtMs) >= begunAtMs;
}

/** Full seconds; where its head does not say it, when it was written. Undefined without a dump. */
async function dumpBegunAt(path: string): Promise<number | undefined> {
  const atMs = await writtenAt(path);
  if (atMs === undefined) return undefined;
  await using file = await open(path, "r");
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const at = buffer.indexOf(BEGUN);
  const valueAt = at + BEGUN.length;
  return at < 0 || valueAt + 4 > bytesRead ? atMs : buffer.readUInt32LE(valueAt) * 1_000;
}

async function writtenAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
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
