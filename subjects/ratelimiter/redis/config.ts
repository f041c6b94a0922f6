// redis.conf of the real program. It is written at the first start only: afterwards it belongs to
// Redis, whose CONFIG REWRITE outlives a restart, for better or worse.
import { join } from "node:path";
import type { ProgramOptions } from "../../../src/domain/subject.ts";
import { createFileExclusively } from "../../../src/infra/files.ts";
import { DECLARED_REDIS_SETTINGS } from "../declared.ts";
import { portOf } from "../member-plan.ts";

/** What follows `redis-server` or `valkey-server`: the path of its file. */
export async function redisWords(options: ProgramOptions): Promise<readonly string[]> {
  const path = join(options.dataDir, "redis.conf");
  await createFileExclusively(path, redisConfig(options));
  return [path];
}

/** On loopback and in its own directory; its log goes to stdout. */
export function redisConfig({ member, dataDir }: ProgramOptions): string {
  const place = {
    bind: "127.0.0.1",
    port: `${portOf(member, "client")}`,
    dir: quote(dataDir),
    daemonize: "no",
    logfile: quote(""),
  };
  return Object.entries({ ...place, ...DECLARED_REDIS_SETTINGS })
    .map(([name, value]) => `${name} ${value}\n`)
    .join("");
}

/** A path may hold spaces and quotes. */
function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
