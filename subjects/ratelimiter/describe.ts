// An observation in plain text for a model: what is wrong first, at most 4 KB.

import { readValue } from "../../src/domain/observation.ts";
import { linesWithin, sayReading } from "../../src/domain/reading-text.ts";
import type {
  ClientScan,
  LimiterObservation,
  NodeSighting,
  OverrideReading,
  RedisInfo,
} from "./observation.ts";
import { type ComparedCounter, compareCounters } from "./observe/compare-counters.ts";
import { sayJob, undeclaredJobs } from "./observe/members.ts";

const CHARS_MAX = 4_000;
const CLIENT_GROUPS_MAX = 6;

export function describeLimiter(observation: LimiterObservation): string {
  return linesWithin(
    [
      ...memberLines(observation),
      ...redisLines(observation),
      ...helperLines(observation),
      ...overrideLines(observation),
      ...counterLines(observation),
      ...canaryLines(observation),
    ],
    CHARS_MAX,
  );
}

/** Those that are not up come first, for the end may be cut. */
function memberLines({ members, nodes }: LimiterObservation): readonly string[] {
  const order = { down: 0, unknown: 1, up: 2 };
  return [...members]
    .sort((left, right) => order[left.health] - order[right.health])
    .map(({ name, role, health, detail }) => {
      const node = nodes.find((candidate) => candidate.name === name);
      return `${name} (${role}): ${health}, ${detail}${node ? describeNode(node) : ""}`;
    });
}

function describeNode({ settings, health, lease }: NodeSighting): string {
  const found = readValue(settings);
  const clock = readValue(health);
  const registered = readValue(lease);
  return [
    ...(found ? [`fails ${found.failMode}`, `schema ${found.schema}`] : []),
    ...(clock ? [`clock ${clock.clockOffsetMs} ms from ours`] : []),
    ...(registered === null ? ["no lease in Redis"] : []),
  ]
    .map((part) => `, ${part}`)
    .join("");
}

function redisLines({ redis, declared }: LimiterObservation): readonly string[] {
  const settings = Object.entries(readValue(redis.settings) ?? {})
    .filter(([name, value]) => declared.redisSettings?.[name] !== value)
    .map(([name, value]) => `${name} "${value}" (declared "${declared.redisSettings?.[name]}")`);
  const slow = (readValue(redis.slow) ?? []).map(
    ({ command, client, durationMs }) => `${command.split(" ")[0]} of ${client} ${durationMs} ms`,
  );
  return [
    `Redis at ${redis.address ?? "an unknown place"}: ${sayReading(redis.info, sayInfo)}`,
    `Redis clients: ${sayReading(redis.clients, sayClients)}`,
    ...(settings.length > 0 ? [`Redis settings that differ: ${settings.join(", ")}`] : []),
    ...(slow.length > 0 ? [`held Redis up in the last seconds: ${slow.join(", ")}`] : []),
  ];
}

function sayInfo(info: RedisInfo): string {
  return [
    `version ${info.version}`,
    `up ${info.uptimeS} s`,
    `${info.usedMemoryBytes} of ${info.maxMemoryBytes} bytes (${info.memoryPolicy})`,
    `${info.evictedKeys} evicted`,
    `${info.connectedClients} of ${info.maxClients} clients`,
    `${info.keys} keys`,
    info.lastSaveOk ? "last save ok" : "LAST SAVE FAILED",
  ].join(", ");
}

function sayClients({ groups }: ClientScan): string {
  return groups
    .slice(0, CLIENT_GROUPS_MAX)
    .map(({ name, count, ids }) => `${count} × ${name} (id ${ids.slice(0, 3).join(", ")})`)
    .join("; ");
}

function helperLines({ proxy, jobs, declared }: LimiterObservation): readonly string[] {
  const links = proxy ? (readValue(proxy.value) ?? []) : [];
  const toxics = links.flatMap(({ node, toxics }) =>
    toxics.map(({ name, detail }) => `${node}: ${name} (${detail})`),
  );
  const found = jobs ? (readValue(jobs.value) ?? []) : [];
  const others = undeclaredJobs(found, declared.jobs);
  const undeclared = found
    .filter(({ job }) => others.includes(job.name))
    .map(({ job, runs }) => `${job.name} (${sayJob(job)}, ran ${runs} times)`);
  return [
    ...(toxics.length > 0 ? [`toxics on the way to Redis: ${toxics.join(", ")}`] : []),
    ...(undeclared.length > 0 ? [`jobs that nobody declared: ${undeclared.join(", ")}`] : []),
  ];
}

function overrideLines({ overrides }: LimiterObservation): readonly string[] {
  if (overrides.state === "failed") return [`overrides: not seen: ${overrides.reason}`];
  return [...overrides.value.items]
    .sort((left, right) => Number(left.endsInMs !== null) - Number(right.endsInMs !== null))
    .map(sayOverride);
}

function sayOverride({ key, limit, endsInMs, setBy, wrongType }: OverrideReading): string {
  if (wrongType !== undefined) return `override of ${key}: NONE, but a key of type ${wrongType}`;
  const end = endsInMs === null ? "NEVER ENDS" : `ends in ${Math.round(endsInMs / 1000)} s`;
  return `override of ${key}: limit ${limit}, ${end}, set by ${setBy ?? "unknown"}`;
}

function counterLines(observation: LimiterObservation): readonly string[] {
  const { counters } = observation;
  if (counters.state === "failed") return [`counters: not seen: ${counters.reason}`];
  const { strangers, isCut } = counters.value;
  const compared = compareCounters(observation).filter(({ counter }) => counter.exists);
  const away = compared.filter(isOff);
  const well = compared.filter((one) => !isOff(one));
  return [
    ...away.map(sayCounter),
    ...(strangers.length > 0 ? [`keys of another form: ${strangers.length}`] : []),
    ...(isCut ? ["not all counters were read"] : []),
    ...well.map(sayCounter),
  ];
}

function isOff({ counter, account }: ComparedCounter): boolean {
  const isAway = account.state === "too_many" || account.state === "too_few";
  return isAway || counter.ttlMs === null || counter.wrongType !== undefined;
}

function sayCounter({ counter, account }: ComparedCounter): string {
  const { key, usedNow, rule, ttlMs, wrongType } = counter;
  if (wrongType !== undefined) return `counter ${key}: NONE, but a key of type ${wrongType}`;
  const expiry = ttlMs === null ? "NEVER EXPIRES" : `expires in ${ttlMs} ms`;
  const word = "reason" in account ? account.reason : "nodes agree";
  return `counter ${key}: ${usedNow} of ${rule?.limit ?? "?"}, ${expiry}, ${word}`;
}

function canaryLines({ canary }: LimiterObservation): readonly string[] {
  return canary.map(({ key, rule, allowedBy, deniedBy, allowedInWindow }) => {
    const limit = rule === null ? "unknown" : String(rule.limit);
    const sides = `allowed by ${sayNames(allowedBy)}, denied by ${sayNames(deniedBy)}`;
    return `${key} (limit ${limit}): ${sides}; ${allowedInWindow} in a window`;
  });
}

function sayNames(names: readonly string[]): string {
  return names.join(", ") || "none";
}
