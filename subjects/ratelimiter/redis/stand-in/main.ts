// A stand-in for Redis, for machines on which there is none: one process that answers the commands
// the limiter uses, as Redis 7.0 does, and says in INFO that it is a stand-in. It reads and
// rewrites the same redis.conf; its dump is a file of its own.
import { join } from "node:path";
import type { MemberOptions } from "../../../../src/domain/subject.ts";
import { portOf } from "../../member-plan.ts";
import { redisWords } from "../config.ts";
import { readConfigFile } from "./config-file.ts";
import { loadDump } from "./data/dump.ts";
import { Keyspace } from "./data/keyspace.ts";
import { Persistence } from "./data/persistence.ts";
import { createWallClock } from "./data/wall-clock.ts";
import { listen } from "./listen.ts";
import { ScriptStore } from "./scripts.ts";
import { nowMsOf, type RedisServer } from "./server.ts";
import { savePoints, settingNumber, settingsFrom } from "./settings.ts";
import { SlowLog } from "./slow-log.ts";

/** As often as Redis's own cron, `hz 10`. */
const CRON_MS = 100;
const SWEPT_KEYS = 1_000;

/** Until the signal aborts; then it saves, if the settings say so. Resolves with the exit code. */
export async function runRedisStandIn(options: MemberOptions): Promise<number> {
  const { clock, signal, log } = options;
  const server = await createServer(options);
  const listener = listen(server);
  log(`a stand-in for Redis answers on port ${server.port}: ${server.keyspace.size} keys`);
  while (!signal.aborted) {
    await clock.sleep(CRON_MS, signal);
    lookAround(server);
  }
  listener.stop(true);
  const mustSave = savePoints(server.settings).length > 0;
  return mustSave && !server.persistence.save() ? 1 : 0;
}

async function createServer(options: MemberOptions): Promise<RedisServer> {
  const { member, dataDir, clock, random, log } = options;
  const [configFile = ""] = await redisWords(options);
  const nowUs = createWallClock(clock);
  const nowMs = () => Math.floor(nowUs() / 1_000);
  const keyspace = new Keyspace({ nowMs, random });
  const file = join(dataDir, "stand-in-dump.json");
  loadDump(file, keyspace);
  return {
    port: portOf(member, "client"),
    configFile,
    runId: Buffer.from(crypto.getRandomValues(new Uint8Array(20))).toString("hex"),
    startedAtMs: nowMs(),
    keyspace,
    persistence: new Persistence({ file, keyspace, nowMs, log }),
    settings: settingsFrom(readConfigFile(configFile)),
    clients: new Map(),
    scripts: new ScriptStore(),
    slowLog: new SlowLog(),
    counts: { connections: 0, commands: 0, rejected: 0, evicted: 0 },
    nowUs,
    log,
  };
}

/** What nobody asked for, and yet has to be done. */
function lookAround(server: RedisServer): void {
  const { keyspace, persistence, settings, clients } = server;
  if (!server.scripts.run) {
    keyspace.sweep(SWEPT_KEYS);
    persistence.saveWhenDue(savePoints(settings));
  }
  const timeoutMs = settingNumber(settings, "timeout") * 1_000;
  if (timeoutMs === 0) return;
  const nowMs = nowMsOf(server);
  for (const client of clients.values()) {
    if (nowMs - client.lastAtMs > timeoutMs && !client.isBlocked) client.terminate();
  }
}
