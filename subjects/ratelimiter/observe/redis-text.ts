// Pure: what Redis answers in texts of its own. Throws where a text is not what it should be.
import type { ClientGroup, ClientScan, RedisInfo, SlowCommand } from "../observation.ts";
import { excerpt } from "./probe.ts";

const GROUPS_MAX = 10;
const IDS_MAX = 10;
/** Who asks now and again is not looked at: only what held others up. */
const SLOW_MS_MIN = 50;
const SLOW_AGE_S_MAX = 6;

/** The answer to INFO. */
export function parseInfo(text: string): RedisInfo {
  const fields = new Map<string, string>();
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  const word = (name: string) => required(name, fields.get(name));
  const count = (name: string) => number(name, fields.get(name));
  return {
    version: fields.get("valkey_version") ?? word("redis_version"),
    uptimeS: count("uptime_in_seconds"),
    runId: word("run_id"),
    role: word("role"),
    usedMemoryBytes: count("used_memory"),
    maxMemoryBytes: count("maxmemory"),
    memoryPolicy: word("maxmemory_policy"),
    evictedKeys: count("evicted_keys"),
    connectedClients: count("connected_clients"),
    maxClients: count("maxclients"),
    rejectedConnections: count("rejected_connections"),
    keys: countKeys(fields),
    lastSaveOk: word("rdb_last_bgsave_status") === "ok",
    lastAofWriteOk: word("aof_last_write_status") === "ok",
  };
}

/** The answer to CLIENT LIST. */
export function groupClients(text: string): ClientScan {
  const clients = text.split("\n").flatMap((line) => (line === "" ? [] : [parseClient(line)]));
  const groups = new Map<string, ClientGroup>();
  for (const { id, name, idleS, command } of clients) {
    const group = groups.get(name);
    groups.set(name, {
      name,
      count: (group?.count ?? 0) + 1,
      ids: group ? [...group.ids, id].slice(0, IDS_MAX) : [id],
      longestIdleS: Math.max(group?.longestIdleS ?? 0, idleS),
      lastCommand: group?.lastCommand ?? command,
    });
  }
  const largestFirst = [...groups.values()].sort((left, right) => right.count - left.count);
  return { total: clients.length, groups: largestFirst.slice(0, GROUPS_MAX), isCut: false };
}

/** The answer to SLOWLOG GET, at a time of Redis's clock in seconds. */
export function parseSlowLog(entries: readonly unknown[], nowS: number): readonly SlowCommand[] {
  return entries
    .flatMap((entry) => (Array.isArray(entry) ? [parseSlow(entry, nowS)] : []))
    .filter(({ durationMs, ageS }) => durationMs >= SLOW_MS_MIN && ageS <= SLOW_AGE_S_MAX)
    .sort((left, right) => right.durationMs - left.durationMs);
}

function parseSlow(entry: readonly unknown[], nowS: number): SlowCommand {
  const [, endedS, durationUs, words, address, name] = entry;
  const command = Array.isArray(words) ? words.slice(0, 3).join(" ") : "";
  return {
    ageS: Math.max(0, nowS - Number(endedS)),
    durationMs: Math.round(Number(durationUs) / 1000),
    command: excerpt(command).slice(0, 60),
    client: excerpt(String(name || address || "unknown")),
  };
}

function parseClient(line: string): { id: string; name: string; idleS: number; command: string } {
  const fields = new Map<string, string>();
  for (const pair of line.split(" ")) {
    const sign = pair.indexOf("=");
    fields.set(pair.slice(0, sign), pair.slice(sign + 1));
  }
  const host = (fields.get("addr") ?? "").replace(/:\d+$/, "");
  return {
    id: fields.get("id") ?? "",
    name: excerpt(fields.get("name") || host),
    idleS: Number(fields.get("idle") ?? 0),
    command: excerpt(fields.get("cmd") ?? ""),
  };
}

/** `db0:keys=12,expires=11,avg_ttl=4012`, one line for each database that has any. */
function countKeys(fields: ReadonlyMap<string, string>): number {
  let keys = 0;
  for (const [name, value] of fields) {
    if (/^db\d+$/.test(name)) keys += Number(/^keys=(\d+)/.exec(value)?.[1] ?? 0);
  }
  return keys;
}

function number(name: string, value: string | undefined): number {
  const parsed = Number(required(name, value));
  if (Number.isFinite(parsed)) return parsed;
  throw new Error(`INFO's ${name} is no number`);
}

function required(name: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw new Error(`INFO names no ${name}`);
}
