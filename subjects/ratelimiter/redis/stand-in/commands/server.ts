// The server as a whole: its clock, its keys, its disk, its logs.
import type { Call, Command } from "../command.ts";
import { CommandError, OK, type Reply, status } from "../wire/reply.ts";
import { readInteger } from "./arguments.ts";
import { infoText } from "./info.ts";

export const SERVER_COMMANDS: readonly Command[] = [
  { name: "info", arity: -1, run: info },
  { name: "time", arity: 1, run: ({ server }) => splitTime(server.nowUs()) },
  { name: "dbsize", arity: 1, run: ({ server }) => server.keyspace.size },
  { name: "flushall", arity: -1, traits: ["write"], run: forgetAll },
  { name: "flushdb", arity: -1, traits: ["write"], run: forgetAll },
  { name: "save", arity: 1, traits: ["no_script"], run: save },
  {
    name: "bgsave",
    arity: -1,
    traits: ["no_script"],
    run(call) {
      save(call);
      return status("Background saving started");
    },
  },
  {
    name: "lastsave",
    arity: 1,
    run: ({ server }) => Math.floor(server.persistence.savedAtMs / 1_000),
  },
  {
    name: "memory|usage",
    arity: -3,
    run: ({ server, words: [, , key = ""] }) => server.keyspace.get(key)?.bytes ?? null,
  },
  { name: "slowlog|get", arity: -2, run: slowest },
  { name: "slowlog|len", arity: 2, run: ({ server }) => server.slowLog.size },
  {
    name: "slowlog|reset",
    arity: 2,
    run({ server }) {
      server.slowLog.clear();
      return OK;
    },
  },
  { name: "cluster|keyslot", arity: 3, run: refuseCluster },
  // redis-cli asks for it when it starts, and does without.
  { name: "command", arity: -1, run: () => [] },
];

function info({ server, words: [, ...sections] }: Call): Reply {
  return { type: "verbatim", text: infoText(server, sections) };
}

function splitTime(us: number): Reply {
  return [String(Math.floor(us / 1_000_000)), String(us % 1_000_000)];
}

function forgetAll({ server, words: [, mode, ...more] }: Call): Reply {
  const isKnown = mode === undefined || ["async", "sync"].includes(mode.toLowerCase());
  if (!isKnown || more.length > 0) throw new CommandError("ERR syntax error");
  server.keyspace.clear();
  return OK;
}

function save({ server }: Call): Reply {
  if (server.persistence.save()) return OK;
  throw new CommandError("ERR");
}

const SLOW_COUNT = "10";

function slowest({ server, words: [, , text = SLOW_COUNT] }: Call): Reply {
  const complaint = "ERR count should be greater than or equal to -1";
  const count = readInteger(text, complaint);
  if (count < -1) throw new CommandError(complaint);
  return server.slowLog
    .newest(count)
    .map(({ id, endedAtS, durationUs, words, address, name }) => [
      ...[id, endedAtS, durationUs, words, address, name],
    ]);
}

function refuseCluster(): Reply {
  throw new CommandError("ERR This instance has cluster support disabled");
}
