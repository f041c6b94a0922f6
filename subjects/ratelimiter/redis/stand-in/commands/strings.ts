// Strings: read, and written with conditions and an expiry.
import type { Call, Command } from "../command.ts";
import { nowMsOf } from "../server.ts";
import { CommandError, OK, type Reply, SYNTAX_ERROR, WRONG_TYPE } from "../wire/reply.ts";
import { readInteger } from "./arguments.ts";

export const STRING_COMMANDS: readonly Command[] = [
  { name: "get", arity: 2, run: get },
  { name: "set", arity: -3, traits: ["write", "deny_oom"], run: set },
];

function get({ server, words: [, key = ""] }: Call): Reply {
  const entry = server.keyspace.get(key);
  if (!entry) return null;
  if (entry.value.type !== "string") throw new CommandError(WRONG_TYPE);
  return entry.value.text;
}

function set({ server, words: [, key = "", text = "", ...rest] }: Call): Reply {
  const { condition, expiry } = readOptions(rest);
  const before = server.keyspace.get(key);
  const isWanted = condition === undefined || (condition === "xx") === (before !== undefined);
  if (!isWanted) return null;
  const expiresAtMs = expiry && expiryMs(expiry, nowMsOf(server));
  server.keyspace.put(
    key,
    { type: "string", text },
    expiry?.unit === "keepttl" ? before?.expiresAtMs : expiresAtMs,
  );
  return OK;
}

type Unit = "ex" | "px" | "exat" | "pxat" | "keepttl";

interface SetOptions {
  readonly condition?: "nx" | "xx";
  readonly expiry?: { readonly unit: Unit; readonly amount: number };
}

const UNITS: readonly Unit[] = ["ex", "px", "exat", "pxat", "keepttl"];

function readOptions(words: readonly string[]): SetOptions {
  let options: SetOptions = {};
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]?.toLowerCase();
    const unit = UNITS.find((candidate) => candidate === word);
    const isCondition = word === "nx" || word === "xx";
    if (isCondition && options.condition === undefined) {
      options = { ...options, condition: word };
    } else if (unit && options.expiry === undefined) {
      const hasAmount = unit !== "keepttl";
      if (hasAmount && at + 1 >= words.length) throw new CommandError(SYNTAX_ERROR);
      if (hasAmount) at += 1;
      options = { ...options, expiry: { unit, amount: hasAmount ? readAmount(words[at]) : 0 } };
    } else throw new CommandError(SYNTAX_ERROR);
  }
  return options;
}

function readAmount(text: string | undefined): number {
  const amount = readInteger(text);
  if (amount > 0) return amount;
  throw new CommandError("ERR invalid expire time in 'set' command");
}

function expiryMs({ unit, amount }: { unit: Unit; amount: number }, nowMs: number) {
  if (unit === "keepttl") return undefined;
  const ms = unit.startsWith("ex") ? amount * 1_000 : amount;
  return unit.endsWith("at") ? ms : nowMs + ms;
}
