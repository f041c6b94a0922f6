// The settings in force: defaults, and over them what was changed through the API.
import { goDurationOfMs, parseGoDuration } from "../go/format.ts";
import type { GoJson } from "../go/json.ts";
import { type ConfigRecord, readConfigRecord } from "../metadata/records.ts";
import type { MetadataReplica } from "../metadata/replica.ts";
import { CHANGEABLE_SECTIONS, type ChangeableSection, CONFIG_DEFAULTS } from "./config-defaults.ts";

/** The settings that the stand-in itself obeys. Times as in PD, not scaled. */
export interface ClusterConfig {
  readonly maxReplicas: number;
  readonly maxStoreDownMs: number;
  readonly leaderScheduleLimit: number;
  readonly lowSpaceRatio: number;
  readonly isHalted: boolean;
}

export type SettingChange =
  | { readonly state: "accepted"; readonly name: string; readonly value: ConfigRecord[string] }
  | { readonly state: "refused"; readonly reason: string };

export function readConfig(metadata: MetadataReplica): ClusterConfig {
  const changed = readConfigRecord(metadata);
  const schedule = (key: string) => changed[`schedule.${key}`] ?? CONFIG_DEFAULTS.schedule[key];
  const maxReplicas = changed["replication.max-replicas"];
  return {
    maxReplicas: Number(maxReplicas ?? CONFIG_DEFAULTS.replication["max-replicas"]),
    maxStoreDownMs: parseGoDuration(String(schedule("max-store-down-time"))) ?? 0,
    leaderScheduleLimit: Number(schedule("leader-schedule-limit")),
    lowSpaceRatio: Number(schedule("low-space-ratio")),
    isHalted: schedule("halt-scheduling") === "true",
  };
}

export function sectionOf(
  metadata: MetadataReplica,
  section: ChangeableSection,
): Readonly<Record<string, GoJson>> {
  const changed = readConfigRecord(metadata);
  const entries = Object.entries(CONFIG_DEFAULTS[section]).map(([key, value]): [string, GoJson] => [
    key,
    changed[`${section}.${key}`] ?? value,
  ]);
  return Object.fromEntries(entries);
}

/**
 * Whether a setting may have this value, in the encoding in which it is stored. `name` is either
 * full, `schedule.max-store-down-time`, or the last part alone, as POST /config takes both.
 */
export function checkSetting(name: string, value: ConfigRecord[string]): SettingChange {
  const [prefix, ...rest] = name.split(".");
  const isFull = rest.length > 0;
  const section = isFull
    ? CHANGEABLE_SECTIONS.find((candidate) => candidate === prefix)
    : CHANGEABLE_SECTIONS.find((candidate) => Object.hasOwn(CONFIG_DEFAULTS[candidate], name));
  if (section === undefined) {
    const reason = isFull ? `config prefix ${prefix} not found` : `config item ${name} not found`;
    return { state: "refused", reason };
  }
  const key = isFull ? rest[rest.length - 1] : name;
  const standard = key === undefined ? undefined : CONFIG_DEFAULTS[section][key];
  if (key === undefined || standard === undefined) {
    return { state: "refused", reason: `config item ${key} not found` };
  }
  const encoded = encodeLike(standard, value);
  const fullName = `${section}.${key}`;
  if (encoded === undefined) {
    const reason = `json: cannot unmarshal ${JSON.stringify(value)} into config item ${fullName}`;
    return { state: "refused", reason };
  }
  const reason = boundBroken(fullName, encoded);
  if (reason !== undefined) return { state: "refused", reason };
  return { state: "accepted", name: fullName, value: encoded };
}

/** The value in the encoding of the default; undefined when it is of another kind. */
function encodeLike(standard: GoJson, value: ConfigRecord[string]): number | string | undefined {
  if (typeof standard === "number") {
    return typeof value === "number" && value >= 0 ? value : undefined;
  }
  if (standard === "true" || standard === "false") {
    return `${value}` === "true" || `${value}` === "false" ? `${value}` : undefined;
  }
  if (Array.isArray(value)) return value.join(",");
  if (typeof value !== "string") return undefined;
  if (typeof standard !== "string" || parseGoDuration(standard) === undefined) return value;
  const durationMs = parseGoDuration(value);
  return durationMs === undefined ? undefined : goDurationOfMs(durationMs);
}

function boundBroken(name: string, value: number | string): string | undefined {
  if (name === "replication.max-replicas" && !(Number.isInteger(value) && Number(value) > 0)) {
    return "max-replicas should be a positive integer";
  }
  if (name.endsWith("-limit") && typeof value === "number" && !Number.isInteger(value)) {
    return `${name} should be an integer`;
  }
  return undefined;
}
