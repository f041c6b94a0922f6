// Keys, whatever they hold: whether they are there, when they expire, and the walk over all.
import type { Call, Command } from "../command.ts";
import { nowMsOf, type RedisServer } from "../server.ts";
import { CommandError, type Reply, status } from "../wire/reply.ts";
import { globPattern, optionsIn, readInteger } from "./arguments.ts";

const MORTALITY = { gone: -2, immortal: -1 } as const;
const SCAN_COUNT = 10;

export const KEY_COMMANDS: readonly Command[] = [
  {
    name: "type",
    arity: 2,
    run: ({ server, words: [, key = ""] }) =>
      status(server.keyspace.get(key)?.value.type ?? "none"),
  },
  {
    name: "exists",
    arity: -2,
    run: ({ server, words: [, ...keys] }) =>
      keys.filter((key) => server.keyspace.get(key) !== undefined).length,
  },
  { name: "del", arity: -2, traits: ["write"], run: removeAll },
  { name: "unlink", arity: -2, traits: ["write"], run: removeAll },
  { name: "pttl", arity: 2, run: (call) => remaining(call, 1) },
  { name: "ttl", arity: 2, run: (call) => remaining(call, 1_000) },
  expiring("pexpire", { unitMs: 1, isFromNow: true }),
  expiring("expire", { unitMs: 1_000, isFromNow: true }),
  expiring("pexpireat", { unitMs: 1, isFromNow: false }),
  expiring("expireat", { unitMs: 1_000, isFromNow: false }),
  { name: "persist", arity: 2, traits: ["write"], run: persist },
  { name: "scan", arity: -2, run: scan },
  {
    name: "keys",
    arity: 2,
    run({ server, words: [, glob = ""] }) {
      const pattern = globPattern(glob);
      const keys = server.keyspace.all().map(({ key }) => key);
      return keys.filter((key) => pattern.test(key));
    },
  },
];

function removeAll({ server, words: [, ...keys] }: Call): Reply {
  return keys.filter((key) => server.keyspace.remove(key)).length;
}

function remaining({ server, words: [, key = ""] }: Call, unitMs: number): Reply {
  const entry = server.keyspace.get(key);
  if (!entry) return MORTALITY.gone;
  if (entry.expiresAtMs === undefined) return MORTALITY.immortal;
  return Math.round((entry.expiresAtMs - nowMsOf(server)) / unitMs);
}

function expiring(
  name: string,
  { unitMs, isFromNow }: { readonly unitMs: number; readonly isFromNow: boolean },
): Command {
  return {
    name,
    arity: 3,
    traits: ["write"],
    run({ server, words: [, key = "", text] }) {
      const ms = readInteger(text) * unitMs;
      return expireAt(server, key, isFromNow ? nowMsOf(server) + ms : ms);
    },
  };
}

/** What is over already is gone at once. */
function expireAt(server: RedisServer, key: string, atMs: number): Reply {
  const { keyspace } = server;
  const entry = keyspace.get(key);
  if (!entry) return 0;
  if (atMs <= nowMsOf(server)) {
    keyspace.remove(key);
    return 1;
  }
  entry.expiresAtMs = atMs;
  keyspace.noteChange(entry);
  return 1;
}

function persist({ server, words: [, key = ""] }: Call): Reply {
  const entry = server.keyspace.get(key);
  if (entry?.expiresAtMs === undefined) return 0;
  entry.expiresAtMs = undefined;
  server.keyspace.noteChange(entry);
  return 1;
}

function scan({ server, words: [, cursor = "", ...rest] }: Call): Reply {
  if (!/^\d{1,20}$/.test(cursor)) throw new CommandError("ERR invalid cursor");
  const options = optionsIn(rest, ["match", "count", "type"]);
  const count = readInteger(options.get("count") ?? String(SCAN_COUNT));
  if (count < 1) throw new CommandError("ERR syntax error");
  const pattern = globPattern(options.get("match") ?? "*");
  const type = options.get("type")?.toLowerCase();
  const { keys, next } = server.keyspace.walk(Number(cursor), count);
  const found = keys.filter((key) => {
    if (!pattern.test(key)) return false;
    return type === undefined || server.keyspace.get(key)?.value.type === type;
  });
  return [String(next), found];
}
