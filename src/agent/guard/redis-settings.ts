// What Redis commands do whose words say more than their verb: settings that give data up, or turn
// away who asks. Pure.
import type { ChangeFacts, EffectKind } from "../../domain/effect.ts";
import { areAllSettings, areShownSettings } from "../../domain/redis-shown-settings.ts";
import { worstOf } from "./pd-bodies.ts";
import { judgeSetting, only, type Settings, within } from "./setting-values.ts";

/** Redis evicts what does not fit. */
const MEMORY_BYTES_MIN = 64 * 1024 * 1024;

const UNIT_BYTES: Readonly<Record<string, number>> = {
  ...{ "": 1, b: 1, k: 1e3, kb: 1024, m: 1e6, mb: 1024 ** 2, g: 1e9, gb: 1024 ** 3 },
};

const SETTINGS: Settings = [
  // Of these no value loses a key, or hides what goes on.
  [/^(?:tcp-keepalive|dynamic-hz|activedefrag)$/, () => "configure"],
  [/^repl-backlog-size$/, kindOfBacklog],
  [/^notify-keyspace-events$/, () => "configure"],
  [/^latency-monitor-threshold$/, within({ min: 1, max: 100_000 })],
  // Each entry holds a command's words, beyond maxmemory.
  [/^slowlog-log-slower-than$/, within({ min: 1_000, max: 100_000 })],
  [/^slowlog-max-len$/, within({ min: 128, max: 10_000 })],
  [/^hz$/, within({ min: 10, max: 500 })],
  [/^loglevel$/, only(["debug", "verbose", "notice", "warning"])],
  [/^timeout$/, (value) => (value === "0" ? "configure" : within({ min: 10, max: 86_400 })(value))],
  [/^(?:lua-time-limit|busy-reply-threshold)$/, within({ min: 100, max: 60_000 })],
  [/^appendonly$/, only(["yes"], "destroy")],
  // While its saves fail nothing is written any more.
  [/^stop-writes-on-bgsave-error$/, (value) => (value === "yes" ? "unknown" : "destroy")],
  [/^appendfsync$/, kindOfFsync],
  [/^no-appendfsync-on-rewrite$/, only(["no"], "destroy")],
  [/^(?:replica|slave)-(?:read-only|serve-stale-data)$/, only(["yes"], "destroy")],
  // How many have a copy before a write counts: more stop the service, fewer are a person's word.
  [/^min-(?:replicas|slaves)-to-write$/, () => "unknown"],
  [/^min-(?:replicas|slaves)-max-lag$/, within({ min: 1, max: 30, below: "destroy" })],
  [/^save$/, kindOfSavePoints],
  [/^maxmemory$/, kindOfMemory],
  [/^maxmemory-policy$/, only(["noeviction"], "destroy")],
  // Fewer than are there, and the service itself is turned away; nobody has counted them.
  [/^maxclients$/, within({ min: 100, least: 10_000, max: 100_000, below: "destroy" })],
  [/^(?:dir|dbfilename|appendfilename|appenddirname|replicaof|slaveof)$/, () => "destroy"],
  // The monitor asks where it always did, and as whom.
  [/^(?:bind|port|unixsocket|requirepass|protected-mode|aclfile|tls-.*)$/, () => "oversight"],
];

const ONE_CLIENT = /^(?:id \d+|(?:addr )?\S+:\d+)$/;

/** Why these words ask for what no look is shown, or for what is for reading alone. */
export function withholdsKeys(
  [verb, second, ...names]: readonly string[],
  isHandedOn: boolean,
): string | undefined {
  const isAsking = verb?.toLowerCase() === "config" && second?.toLowerCase() === "get";
  if (!isAsking || areShownSettings(names)) return undefined;
  if (!isHandedOn && areAllSettings(names)) return undefined;
  return "some settings are passwords: ask for others by name, or by a part such as '*memory*'";
}

/** Of the words from the verb on. */
export function judgeRedis(kind: EffectKind, words: readonly string[]): EffectKind {
  const [verb, second, ...rest] = words.map((word) => word.toLowerCase());
  if (kind === "read") return holdsUp([verb ?? "", second ?? "", ...rest]) ? "unknown" : kind;
  if (verb === "client" && second === "kill") {
    // One of them; all of a sort may be the service itself.
    return ONE_CLIENT.test(rest.join(" ")) ? kind : "unknown";
  }
  if (/^(?:replicaof|slaveof)$/.test(verb ?? "") && second === "no") {
    // It keeps what it holds; whether the other one is in use a person knows.
    return words.length === 3 && rest[0] === "one" ? "unknown" : kind;
  }
  if (verb !== "config" || second !== "set") return kind;
  // Several parameters in one command: the worst counts.
  const names = rest.filter((_, index) => index % 2 === 0);
  if (names.length === 0 || rest.length % 2 === 1) return "unknown";
  const kinds = names.map((name, index) => judgeSetting(SETTINGS, name, rest[2 * index + 1] ?? ""));
  return kinds.includes("oversight") ? "oversight" : worstOf(kinds);
}

/** Of the words from the verb on. */
export function factsOfRedis(words: readonly string[]): ChangeFacts {
  const lower = words.map((word) => word.toLowerCase());
  const asked = lower.flatMap((word, index) =>
    word === "maxmemory" ? (bytesIn(lower[index + 1] ?? "") ?? []) : [],
  );
  const [first, ...others] = asked;
  if (first === undefined) return {};
  // Of several nobody knows which one counts.
  return { memoryBytes: others.every((bytes) => bytes === first) ? first : 1 };
}

/** Redis does one thing at a time: so much of it, and everybody else waits. */
function holdsUp(words: readonly string[]): boolean {
  const [verb = "", ...rest] = words;
  const asks = (name: string, most: number) =>
    rest.some((word, index) => {
      const asked = Number(rest[index + 1]);
      return word === name && !(asked > 0 && asked <= most);
    });
  return (
    (/^[hsz]?scan$/.test(verb) && asks("count", 10_000)) ||
    (verb === "memory" && asks("samples", 1_000)) ||
    (verb === "xinfo" && rest.includes("full"))
  );
}

/** What a crash may cost at most. */
const LOOSE = { seconds: 900, changes: 100 };

/**
 * `900 1 300 10`: one of the pairs must come true where little is written. However strict they are,
 * a person says whether what memory holds may be written over the dump.
 */
function kindOfSavePoints(value: string): EffectKind {
  const numbers = value.trim().split(/\s+/).map(Number);
  const isWithin = numbers.some((seconds, index) => {
    const changes = numbers[index + 1] ?? Number.POSITIVE_INFINITY;
    const isPair = index % 2 === 0 && seconds > 0;
    return isPair && seconds <= LOOSE.seconds && changes <= LOOSE.changes;
  });
  return isWithin ? "unknown" : "destroy";
}

/** A second of what was acknowledged, where each was on disk before. */
function kindOfFsync(value: string): EffectKind {
  return value === "everysec" ? "unknown" : only(["always"], "destroy")(value);
}

/** It is taken with the first replica; of a small one each replica starts anew. */
function kindOfBacklog(value: string): EffectKind {
  return within({ min: 1024 ** 2, max: 1024 ** 3 })(String(bytesIn(value) ?? 0));
}

/** 0 is no bound. How much is held now, the cluster says. */
function kindOfMemory(value: string): EffectKind {
  const bytes = bytesIn(value);
  return bytes !== undefined && (bytes === 0 || bytes >= MEMORY_BYTES_MIN)
    ? "configure"
    : "destroy";
}

/** `64mb`. */
function bytesIn(value: string): number | undefined {
  const [, count, unit = ""] = /^(\d+)([kmg]?b?)$/.exec(value) ?? [];
  const size = UNIT_BYTES[unit];
  return count === undefined || size === undefined ? undefined : Number(count) * size;
}
