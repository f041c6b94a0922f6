// One look at the rate limiter: every node, Redis, the proxy, the jobs and the canary, all at once.
import { hurryWhenOneIsGone } from "../../../src/disturbances/away.ts";
import { askRuntime, markMembers, type RuntimeWord } from "../../../src/disturbances/look.ts";
import { mapRead, type Reading, readValue } from "../../../src/domain/observation.ts";
import type { Runtime } from "../../../src/domain/runtime.ts";
import type { LimiterObservation, Liveness, NodeSighting, RedisSighting } from "../observation.ts";
import type { Lease } from "../service/answers.ts";
import { askJobs, askProxy } from "./ask-control.ts";
import { askNode, askUsage, type KnownLimits, type NodeWord } from "./ask-nodes.ts";
import { askRedis } from "./ask-redis.ts";
import type { Canary, CanaryReport } from "./canary.ts";
import { membersOf } from "./members.ts";
import { type LookContext, msLeft } from "./probe.ts";
import { comparedEndUs, type KeyAnswers, readKeys } from "./read-keys.ts";
import { noteOverrides, type OverrideMemory } from "./recent-overrides.ts";
import type { Knock, RedisDoor } from "./redis-door.ts";
import type { NodeSite, RedisSite, Site } from "./site.ts";
import { tablesOf } from "./tables.ts";

export interface LookOptions {
  readonly context: LookContext;
  readonly site: Site;
  readonly door: RedisDoor | null;
  readonly canary: Canary;
  /** Added to. */
  readonly knownLimits: KnownLimits;
  /** Added to. */
  readonly overrideMemory: OverrideMemory;
  /** Absent where the members are not ours to handle. */
  readonly runtime: Runtime | undefined;
  /** Absent at the first look. */
  readonly latest: LimiterObservation | undefined;
}

/** What a single look can tell. */
export type LimiterLook = Omit<LimiterObservation, "upheavalUs">;

const CANARY_LEAD_MS = 60;

/** Never rejects, and ends with its context's time; earlier when one has just gone. */
export async function lookAtLimiter(options: LookOptions): Promise<LimiterLook> {
  const { site, canary, knownLimits, overrideMemory, runtime, latest } = options;
  const { clock } = options.context;
  const startedAtMs = clock.now();
  const { promise: told, resolve: tell } = Promise.withResolvers<RuntimeWord>();
  using hurry = hurryWhenOneIsGone({ ...options.context, told, before: latest });
  const context = { ...options.context, signal: hurry.signal };
  const asking = canary.ask(context, site.nodes);
  await firstOf(asking, context);
  tell(askRuntime({ ...context, runtime, deadlineMs: msLeft(context) }));
  const [report, answers, words, proxy, jobs, word] = await Promise.all([
    asking,
    lookAtRedis({ ...options, context }),
    Promise.all(site.nodes.map((node) => askNode(context, { site: node, known: knownLimits }))),
    askProxy(context, site.proxy),
    askJobs(context, site.jobs),
    told,
  ]);
  const { redis, keys, usages } = answers;
  const nodes = site.nodes.flatMap((node, index) => {
    const [own, usage] = [words[index], usages[index]];
    return own && usage ? [sightNode(node, { own, usage, report, leases: keys.leases })] : [];
  });
  const parts = {
    declared: site.declared,
    nodes,
    redis,
    proxy,
    jobs,
    counters: keys.counters,
    overrides: keys.overrides,
    recentOverrides: noteOverrides(overrideMemory, keys),
    canary: report.readings,
  };
  return {
    subject: "ratelimiter",
    startedAtMs,
    endedAtMs: clock.now(),
    members: markMembers(membersOf(parts, site), word),
    tables: tablesOf(parts),
    ...parts,
    ...word,
  };
}

/** The canary alone, if it is quick: its times are a client's, and not those of our own crowd. */
async function firstOf(
  asking: Promise<CanaryReport>,
  { clock, signal }: LookContext,
): Promise<void> {
  const isDone = new AbortController();
  const bound = AbortSignal.any([signal, isDone.signal]);
  await Promise.race([asking, clock.sleep(CANARY_LEAD_MS, bound)]);
  isDone.abort();
}

interface RedisTold {
  readonly redis: RedisSighting;
  readonly keys: KeyAnswers;
  /** One for each node: which window it is asked about depends on Redis's clock. */
  readonly usages: readonly NodeSighting["usage"][];
}

async function lookAtRedis({ context, site, door }: LookOptions): Promise<RedisTold> {
  const knock = door ? await door.knock(context) : unnamed(context);
  const { nowUs, ...word } = await askRedis(context, knock.connection);
  const { connection } = knock;
  const names = site.nodes.map(({ name }) => name);
  const endUs = mapRead(nowUs, comparedEndUs);
  const [keys, usages] = await Promise.all([
    readKeys(context, { connection, nowUs, limits: site.declared.limits, nodes: names }),
    Promise.all(site.nodes.map(({ manageUrl }) => askUsage(context, { manageUrl, endUs }))),
  ]);
  const { liveness, pingMs } = knock;
  return { redis: { ...placeOf(site.redis), liveness, pingMs, ...word }, keys, usages };
}

function placeOf(redis: RedisSite | null): Pick<RedisSighting, "address" | "isStandIn"> {
  return { address: redis?.address ?? null, isStandIn: redis?.isStandIn ?? false };
}

function unnamed({ clock }: LookContext): Knock {
  const failed = { state: "failed", reason: "nobody named its Redis", atMs: clock.now() } as const;
  return { liveness: failed, pingMs: failed, connection: undefined };
}

interface NodeParts {
  readonly own: NodeWord;
  readonly usage: NodeSighting["usage"];
  readonly report: CanaryReport;
  readonly leases: Reading<readonly Lease[]>;
}

function sightNode(site: NodeSite, { own, usage, report, leases }: NodeParts): NodeSighting {
  const { name, apiUrl } = site;
  const unasked = { state: "failed", reason: "it was not asked", atMs: 0 } as const;
  return {
    ...site,
    ...own,
    usage,
    liveness: livelier(report.liveness[name] ?? unasked, own.liveness),
    lease: mapRead(
      leases,
      (all) => all.find((lease) => lease.name === name || lease.url === apiUrl) ?? null,
    ),
    checks: report.checks[name] ?? unasked,
  };
}

/** Clients ask on the api port, operators on the other: who answers on either lives. */
function livelier(onApi: Reading<Liveness>, onManage: Reading<Liveness>): Reading<Liveness> {
  if (readValue(onManage)?.state === "answers") return onManage;
  return onApi.state === "read" ? onApi : onManage;
}
