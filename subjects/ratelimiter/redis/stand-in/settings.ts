// The settings of Redis that are known here, what they may be, and what they are unless said:
// those that the limiter declares, and those that clients of Redis ask for by habit.
import type { DECLARED_REDIS_SETTINGS } from "../../declared.ts";
import { CommandError } from "./wire/reply.ts";

export interface SettingKind {
  readonly whenUnsaid: string;
  /** As it is kept, or a complaint in Redis's words. */
  read(text: string): { readonly value: string } | { readonly complaint: string };
}

const POLICIES = [
  ...["volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"],
  ...["allkeys-lru", "allkeys-lfu", "allkeys-random", "noeviction"],
];

const INT_MAX = 2 ** 31 - 1;
const UINT_MAX = 2 ** 32 - 1;

type DeclaredName = keyof typeof DECLARED_REDIS_SETTINGS;

// Ranges and defaults: redis 7.0 src/config.c
const DECLARED_KINDS: Readonly<Record<DeclaredName, SettingKind>> = {
  maxmemory: memory("0"),
  "maxmemory-policy": oneOf(POLICIES, "noeviction"),
  maxclients: whole({ least: 1, most: UINT_MAX, whenUnsaid: "10000" }),
  save: { whenUnsaid: "3600 1 300 100 60 10000", read: readSavePoints },
  appendonly: { whenUnsaid: "no", read: refuseAppendOnly },
  "stop-writes-on-bgsave-error": yesOrNo("yes"),
  "lua-time-limit": whole({ least: 0, most: Number.MAX_SAFE_INTEGER, whenUnsaid: "5000" }),
  timeout: whole({ least: 0, most: INT_MAX, whenUnsaid: "0" }),
};

const KINDS: ReadonlyMap<string, SettingKind> = new Map(
  Object.entries({
    ...DECLARED_KINDS,
    "slowlog-log-slower-than": whole({ least: -1, most: INT_MAX, whenUnsaid: "10000" }),
    "slowlog-max-len": whole({ least: 0, most: INT_MAX, whenUnsaid: "128" }),
    bind: fixed("127.0.0.1"),
    port: fixed("6379"),
    dir: fixed("."),
    daemonize: fixed("no"),
    logfile: fixed(""),
    databases: fixed("1"),
  }),
);

export type Settings = ReadonlyMap<string, string>;

/** What a file says, over what Redis does unless told. Names that are not known are left out. */
export function settingsFrom(said: Settings): Map<string, string> {
  return new Map([...KINDS].map(([name, { whenUnsaid }]) => [name, said.get(name) ?? whenUnsaid]));
}

export function settingText(settings: Settings, name: string): string {
  return settings.get(name) ?? "";
}

export function settingNumber(settings: Settings, name: string): number {
  return Number(settingText(settings, name));
}

/** Pairs of seconds and changes: after so long, a save for so many. */
export function savePoints(settings: Settings): readonly (readonly [number, number])[] {
  const numbers = settingText(settings, "save").split(" ").map(Number);
  const points: (readonly [number, number])[] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    points.push([numbers[at] ?? 0, numbers[at + 1] ?? 0]);
  }
  return points;
}

/** As it is to be kept. Throws CommandError in the words of CONFIG SET. */
export function readSetting(name: string, text: string): string {
  const kind = KINDS.get(name);
  if (!kind) {
    throw new CommandError(`ERR Unknown option or number of arguments for CONFIG SET - '${name}'`);
  }
  const read = kind.read(text);
  if ("value" in read) return read.value;
  const where = `ERR CONFIG SET failed (possibly related to argument '${name}')`;
  throw new CommandError(`${where} - ${read.complaint}`);
}

interface WholeOptions {
  readonly least: number;
  readonly most: number;
  readonly whenUnsaid: string;
}

function whole({ least, most, whenUnsaid }: WholeOptions): SettingKind {
  return {
    whenUnsaid,
    read(text) {
      if (!/^-?\d{1,19}$/.test(text)) {
        return { complaint: "argument couldn't be parsed into an integer" };
      }
      const value = Number(text);
      if (value >= least && value <= most) return { value: String(value) };
      return { complaint: `argument must be between ${least} and ${most} inclusive` };
    },
  };
}

const MULTIPLES: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1_000,
  kb: 1_024,
  m: 1_000 ** 2,
  mb: 1_024 ** 2,
  g: 1_000 ** 3,
  gb: 1_024 ** 3,
};

function memory(whenUnsaid: string): SettingKind {
  return {
    whenUnsaid,
    read(text) {
      const [, digits, unit = ""] = /^(\d{1,15})([a-z]*)$/i.exec(text) ?? [];
      const multiple = MULTIPLES[unit.toLowerCase()];
      if (digits === undefined || multiple === undefined) {
        return { complaint: "argument must be a memory value" };
      }
      return { value: String(Number(digits) * multiple) };
    },
  };
}

function oneOf(words: readonly string[], whenUnsaid: string): SettingKind {
  return {
    whenUnsaid,
    read(text) {
      const value = text.toLowerCase();
      if (words.includes(value)) return { value };
      return { complaint: `argument(s) must be one of the following: ${words.join(", ")}` };
    },
  };
}

function yesOrNo(whenUnsaid: string): SettingKind {
  return {
    whenUnsaid,
    read(text) {
      const value = text.toLowerCase();
      return value === "yes" || value === "no"
        ? { value }
        : { complaint: "argument must be 'yes' or 'no'" };
    },
  };
}

function fixed(whenUnsaid: string): SettingKind {
  return { whenUnsaid, read: () => ({ complaint: "can't set immutable config" }) };
}

function readSavePoints(text: string): ReturnType<SettingKind["read"]> {
  const words = text.split(" ").filter((word) => word !== "");
  const arePairs = words.length % 2 === 0 && words.every((word) => /^\d{1,9}$/.test(word));
  return arePairs ? { value: words.join(" ") } : { complaint: "Invalid save parameters" };
}

function refuseAppendOnly(text: string): ReturnType<SettingKind["read"]> {
  const isNo = text.toLowerCase() === "no";
  return isNo ? { value: "no" } : { complaint: "a stand-in keeps no append-only file" };
}
