// Pure: the few words that panels and the guard need about each member.
import {
  type MemberFigure,
  type ObservedMember,
  type Reading,
  readValue,
} from "../../../src/domain/observation.ts";
import type { Job } from "../declared.ts";
import type {
  HelperSighting,
  JobReading,
  LimiterObservation,
  LinkReading,
  Liveness,
  NodeSighting,
  RedisLiveness,
  RedisSighting,
} from "../observation.ts";
import type { Site } from "./site.ts";

type Parts = Pick<LimiterObservation, "nodes" | "redis" | "proxy" | "jobs" | "declared">;
type Say = Pick<ObservedMember, "health" | "detail">;

/** In start order: Redis, proxy, jobs, nodes; without those that are not there by declaration. */
export function membersOf(parts: Parts, site: Site): readonly ObservedMember[] {
  const { nodes, redis, proxy, jobs, declared } = parts;
  return [
    ...(site.redis ? [describeRedis(redis)] : []),
    ...(site.proxy && proxy ? [describeProxy(site.proxy.name, proxy)] : []),
    ...(site.jobs && jobs ? [describeJobs(site.jobs.name, { jobs, declared })] : []),
    ...nodes.map(describeNode),
  ];
}

function describeRedis({ liveness, isStandIn, info, pingMs }: RedisSighting): ObservedMember {
  const said = sayRedis(liveness);
  const found = readValue(info);
  const ping = readValue(pingMs);
  const latency = ping === undefined ? "" : `, PING in ${ping.toFixed(0)} ms`;
  const mark = isStandIn ? ", a stand-in" : "";
  const figures: readonly MemberFigure[] = found
    ? [
        { label: "keys", value: found.keys, unit: "count" },
        { label: "clients", value: found.connectedClients, unit: "count" },
        { label: "memory", value: found.usedMemoryBytes, unit: "bytes" },
      ]
    : [];
  const detail = `${said.detail}${latency}${mark}`;
  return { name: "redis", role: "redis", health: said.health, detail, figures };
}

function sayRedis(liveness: Reading<RedisLiveness>): Say {
  if (liveness.state === "failed") return { health: "unknown", detail: liveness.reason };
  const { value } = liveness;
  if (value.state === "answers") return { health: "up", detail: "answers" };
  // It lives, and turns away whoever asks.
  if (value.state === "refusing") return { health: "up", detail: `refuses: ${value.reason}` };
  return { health: "down", detail: value.reason };
}

function describeProxy(
  name: string,
  { liveness, value }: HelperSighting<readonly LinkReading[]>,
): ObservedMember {
  const said = sayLiveness(liveness);
  const links = readValue(value) ?? [];
  const struck = links.filter(({ toxics }) => toxics.length > 0).map(({ node }) => node);
  const detail = struck.length === 0 ? said.detail : `disturbs ${struck.join(", ")}`;
  const connections = links.reduce((sum, link) => sum + link.connections, 0);
  const figures: readonly MemberFigure[] = [
    { label: "connections", value: connections, unit: "count" },
  ];
  return said.health === "up"
    ? { name, role: "proxy", health: "up", detail, figures }
    : { name, role: "proxy", ...said };
}

function describeJobs(
  name: string,
  {
    jobs,
    declared,
  }: { readonly jobs: HelperSighting<readonly JobReading[]> } & Pick<Parts, "declared">,
): ObservedMember {
  const said = sayLiveness(jobs.liveness);
  const found = readValue(jobs.value) ?? [];
  const others = undeclaredJobs(found, declared.jobs);
  const detail = others.length === 0 ? said.detail : `also runs ${others.join(", ")}`;
  const figures: readonly MemberFigure[] = [{ label: "jobs", value: found.length, unit: "count" }];
  return said.health === "up"
    ? { name, role: "jobs", health: "up", detail, figures }
    : { name, role: "jobs", ...said };
}

/** Names of jobs that nobody declared. */
export function undeclaredJobs(
  found: readonly JobReading[],
  declared: readonly string[] | null,
): readonly string[] {
  if (declared === null) return [];
  return found.map(({ job }) => job.name).filter((name) => !declared.includes(name));
}

/** Name to what it does, of those that nobody declared. */
export function sayUndeclaredJobs(
  found: readonly JobReading[],
  declared: readonly string[] | null,
): Readonly<Record<string, string>> {
  const names = undeclaredJobs(found, declared);
  const theirs = found.filter(({ job }) => names.includes(job.name));
  return Object.fromEntries(theirs.map(({ job }) => [job.name, sayJob(job)]));
}

/** What a job does: `FLUSHALL every 2000 ms`. */
export function sayJob(job: Job): string {
  if (job.type === "connections") return `keeps ${job.connections} connections`;
  return `${job.command[0]} every ${job.every_ms} ms`;
}

function describeNode({ name, liveness, health, checks, usage }: NodeSighting): ObservedMember {
  const said = sayLiveness(liveness);
  const role = "limiter";
  if (said.health !== "up") return { name, role, ...said };
  const found = readValue(health);
  const link = found?.redis;
  const done = readValue(checks);
  const isDeciding = link === undefined || link.state === "ok";
  const pace = done && done.samples > 0 ? `decides in ${done.medianMs} ms` : "answers";
  const trouble = link?.error ?? "no word of Redis";
  const detail = isDeciding ? pace : `Redis ${link.state}: ${trouble}`;
  const granted = readValue(usage)?.items.reduce((sum, { allowed }) => sum + allowed, 0);
  const figures: readonly MemberFigure[] =
    granted === undefined ? [] : [{ label: "granted", value: granted, unit: "count" }];
  const startedAtMs = found?.startedAtMs ?? null;
  return { name, role, health: "up", detail, startedAtMs, figures };
}

function sayLiveness(liveness: Reading<Liveness>): Say {
  if (liveness.state === "failed") return { health: "unknown", detail: liveness.reason };
  if (liveness.value.state === "answers") return { health: "up", detail: "answers" };
  return { health: "down", detail: liveness.value.reason };
}
