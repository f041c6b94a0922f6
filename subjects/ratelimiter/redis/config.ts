// redis.conf of the real program. It is put there at the first start only: afterwards it belongs to
// Redis, whose CONFIG REWRITE outlives a restart, for better or worse.
import { join } from "node:path";
import type { ProgramOptions } from "../../../src/domain/subject.ts";
import { createFileExclusively } from "../../../src/infra/files.ts";
import { DECLARED_REDIS_SETTINGS } from "../declared.ts";
import { portOf } from "../member-plan.ts";
import { isLogAhead } from "./last-written.ts";

/**
 * What follows `redis-server` or `valkey-server`: the path of its file, and what counts more. An
 * append-only file that holds more than the dump is read, whether or not the file says so.
 */
export async function redisWords(options: ProgramOptions): Promise<readonly string[]> {
  const { dataDir } = options;
  const path = join(dataDir, "redis.conf");
  await createFileExclusively(path, redisConfig(options));
  return (await isLogAhead(dataDir)) ? [path, "--appendonly", "yes"] : [path];
}

/** On loopback and in its own directory; its log goes to stdout. */
export function redisConfig({ member, dataDir }: ProgramOptions): string {
  const port = `${portOf(member, "client")}`;
  return textOf({ bind: "127.0.0.1", port, dir: quote(dataDir) });
}

/** In a network of containers, which alone reach it, and on its volume. */
export function containerRedisConfig(): string {
  return textOf({ bind: "* -::*", "protected-mode": "no", port: "6379", dir: "/data" });
}

function textOf(place: Readonly<Record<string, string>>): string {
  const process = { daemonize: "no", logfile: quote("") };
  return Object.entries({ ...place, ...process, ...DECLARED_REDIS_SETTINGS })
    .map(([name, value]) => `${name} ${value}\n`)
    .join("");
}

/** A path may hold spaces and quotes. */
function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
