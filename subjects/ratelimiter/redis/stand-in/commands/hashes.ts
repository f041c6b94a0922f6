// Hashes: fields by name.
import type { Call, Command } from "../command.ts";
import type { Entry } from "../data/keyspace.ts";
import type { HashValue } from "../data/values.ts";
import { CommandError, type Reply, WRONG_TYPE } from "../wire/reply.ts";
import { pairsIn } from "./arguments.ts";

export const HASH_COMMANDS: readonly Command[] = [
  { name: "hset", arity: -4, traits: ["write", "deny_oom"], run: set },
  {
    name: "hget",
    arity: 3,
    run: (call) => findHash(call)?.value.fields.get(call.words[2] ?? "") ?? null,
  },
  {
    name: "hmget",
    arity: -3,
    run(call) {
      const hash = findHash(call);
      return call.words.slice(2).map((field) => hash?.value.fields.get(field) ?? null);
    },
  },
  {
    name: "hgetall",
    arity: 2,
    run: (call) => ({ type: "map", pairs: [...(findHash(call)?.value.fields ?? [])].flat() }),
  },
  { name: "hlen", arity: 2, run: (call) => findHash(call)?.value.fields.size ?? 0 },
  { name: "hdel", arity: -3, traits: ["write"], run: remove },
];

type HashEntry = Entry & { readonly value: HashValue };

function findHash({ server, words: [, key = ""] }: Call): HashEntry | undefined {
  const entry = server.keyspace.get(key);
  if (entry && !isHash(entry)) throw new CommandError(WRONG_TYPE);
  return entry;
}

function isHash(entry: Entry): entry is HashEntry {
  return entry.value.type === "hash";
}

function set(call: Call): Reply {
  const { server, words } = call;
  const [, key = "", ...rest] = words;
  const pairs = pairsIn(rest, "ERR wrong number of arguments for 'hset' command");
  const before = findHash(call);
  const fields = before?.value.fields ?? new Map<string, string>();
  const added = new Set(pairs.map(([name]) => name).filter((name) => !fields.has(name)));
  for (const [name, text] of pairs) fields.set(name, text);
  if (before) server.keyspace.noteChange(before);
  else server.keyspace.put(key, { type: "hash", fields });
  return added.size;
}

function remove(call: Call): Reply {
  const hash = findHash(call);
  if (!hash) return 0;
  const removed = call.words.slice(2).filter((field) => hash.value.fields.delete(field));
  if (removed.length > 0) call.server.keyspace.noteChange(hash);
  return removed.length;
}
