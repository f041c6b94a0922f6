// What all commands share: keys, settings, clients, scripts, and the counts that INFO tells.
import type { Client } from "./client.ts";
import type { Keyspace } from "./data/keyspace.ts";
import type { Persistence } from "./data/persistence.ts";
import type { ScriptStore } from "./scripts.ts";
import { settingNumber, settingText } from "./settings.ts";
import type { SlowLog } from "./slow-log.ts";

export interface RedisServer {
  readonly port: number;
  readonly configFile: string;
  readonly runId: string;
  readonly startedAtMs: number;
  readonly keyspace: Keyspace;
  readonly persistence: Persistence;
  readonly settings: Map<string, string>;
  /** By id. */
  readonly clients: Map<number, Client>;
  readonly scripts: ScriptStore;
  readonly slowLog: SlowLog;
  readonly counts: Counts;
  /** Redis's clock. */
  nowUs(): number;
  log(line: string): void;
}

/** Since the start, or since CONFIG RESETSTAT. */
export interface Counts {
  connections: number;
  commands: number;
  rejected: number;
  evicted: number;
}

// A redis 7.0 that lets in 128 clients says so of itself, and of each of them that is at work:
// INFO memory, CLIENT LIST tot-mem.
const OWN_BYTES = 400_000;
const CLIENT_BYTES = 37_600;

export function nowMsOf(server: RedisServer): number {
  return Math.floor(server.nowUs() / 1_000);
}

/** An estimate, of what Redis would use. */
export function usedMemory({ keyspace, clients, scripts }: RedisServer): number {
  return OWN_BYTES + CLIENT_BYTES * clients.size + scripts.bytes + keyspace.bytes;
}

/** Drops keys as the policy says. False when memory is still beyond its limit. */
export function makeRoom(server: RedisServer): boolean {
  const { settings, keyspace, counts } = server;
  const maxBytes = settingNumber(settings, "maxmemory");
  if (maxBytes === 0) return true;
  const policy = settingText(settings, "maxmemory-policy");
  while (usedMemory(server) > maxBytes) {
    if (policy === "noeviction") return false;
    const isForAll = policy.startsWith("allkeys");
    const isGone = keyspace.evict(({ expiresAtMs }) => isForAll || expiresAtMs !== undefined);
    if (!isGone) return false;
    counts.evicted += 1;
  }
  return true;
}
