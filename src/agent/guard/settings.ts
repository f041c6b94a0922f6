// Settings that give data up, by their values: pure. What the verb alone allows may be worse.
import type { EffectKind } from "../../domain/effect.ts";
import { kindOfPdSetting } from "./pd-bodies.ts";

/** Redis evicts what does not fit. */
const MEMORY_BYTES_MIN = 64 * 1024 * 1024;

/** Fewer, and the service itself is turned away. */
const CLIENTS_MIN = 100;

const UNIT_BYTES: Readonly<Record<string, number>> = {
  ...{ "": 1, b: 1, k: 1e3, kb: 1024, m: 1e6, mb: 1024 ** 2, g: 1e9, gb: 1024 ** 3 },
};

/** Parameters of which no value loses a key. */
const HARMLESS_PARAMETERS = [
  ...["timeout", "tcp-keepalive", "loglevel", "hz", "slowlog-log-slower-than", "slowlog-max-len"],
  ...["latency-monitor-threshold", "lua-time-limit", "busy-reply-threshold"],
  ...["repl-backlog-size", "activedefrag", "dynamic-hz", "notify-keyspace-events"],
];

const ONE_CLIENT = /^(?:id \d+|(?:addr )?\S+:\d+)$/;

/** Several parameters in one command: the worst counts. */
export function judgeRedis(kind: EffectKind, words: readonly string[]): EffectKind {
  const [verb, second, ...pairs] = words.map((word) => word.toLowerCase());
  if (verb === "client" && second === "kill") {
    // One of them; all of a sort may be the service itself.
    return ONE_CLIENT.test(pairs.join(" ")) ? kind : "unknown";
  }
  if (verb !== "config" || second !== "set") return kind;
  const kinds: EffectKind[] = [];
  for (let index = 0; index < pairs.length; index += 2) {
    kinds.push(kindOfParameter(pairs[index] ?? "", pairs[index + 1]));
  }
  return (["destroy", "unknown"] as const).find((one) => kinds.includes(one)) ?? kind;
}

function kindOfParameter(name: string, value: string | undefined): EffectKind {
  if (value === undefined) return "unknown";
  if (HARMLESS_PARAMETERS.includes(name)) return "configure";
  switch (name) {
    case "appendonly":
    case "stop-writes-on-bgsave-error":
      return value === "yes" ? "configure" : "destroy";
    case "appendfsync":
      return value === "no" ? "destroy" : "configure";
    case "save":
      return value.trim() === "" ? "destroy" : "configure";
    case "maxmemory-policy":
      return value === "noeviction" ? "configure" : "destroy";
    case "maxclients":
      return Number(value) >= CLIENTS_MIN ? "configure" : "destroy";
    case "maxmemory": {
      const bytes = bytesOf(value);
      return bytes === 0 || bytes >= MEMORY_BYTES_MIN ? "configure" : "destroy";
    }
    case "dir":
    case "dbfilename":
    case "appendfilename":
    case "appenddirname":
      return "destroy";
    default:
      return "unknown";
  }
}

/** `64mb`; NaN, which is no enough, for what is no size. */
function bytesOf(text: string): number {
  const [, count, unit = ""] = /^(\d+)([kmg]?b?)$/.exec(text) ?? [];
  return Number(count) * (UNIT_BYTES[unit] ?? Number.NaN);
}

export function judgePdCtl(kind: EffectKind, words: readonly string[]): EffectKind {
  const [verb, second, name, value] = words.map((word) => word.toLowerCase());
  if (verb !== "config" || second !== "set") return kind;
  if (name === undefined || value === undefined) return "unknown";
  return kindOfPdSetting(name, value);
}
