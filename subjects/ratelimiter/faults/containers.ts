// What is done from outside to members in containers. Of the network, one node against the proxy on
// its way to Redis: clients reach it as before, and so do we. A bound on what it sends strikes all.
//
//   clients ──▶ node1 ── ✕ ──▶ proxy ──┐
//   clients ──▶ node2 ───────▶ proxy ──┼──▶ redis
//   clients ──▶ node3 ───────▶ proxy ──┘

import { disturbanceFault } from "../../../src/disturbances/fault.ts";
import type { ActionContext } from "../../../src/domain/action.ts";
import type { FaultPlan } from "../../../src/domain/fault.ts";
import { readValue } from "../../../src/domain/observation.ts";
import { saveIfMeant, withRedis } from "../change/redis.ts";
import type { LimiterObservation } from "../observation.ts";
import {
  doingOf,
  type LimiterFault,
  livingNodes,
  pickOne,
  siteFor,
  sparedNodes,
  untilStruck,
} from "./struck.ts";

const PEERS = ["proxy"];
/** Below a node's deadline toward Redis: checks are decided, and slow. */
const LATENCY_MS = { min: 150, max: 190, jitter: 20 };
/** So that no check comes through within its deadline. */
const LOSS_PERCENT = 95;
/** Fewer bytes a second than one answer is long. */
const BANDWIDTH_KBIT = 1;
/** Declared is one core. */
const CPUS = 0.25;
/** Less than Redis's own maxmemory of 64 MiB: the engine would kill it before it refuses. */
const MEMORY_BYTES = 48 * 1024 ** 2;

export const containerFaults: readonly LimiterFault[] = [
  disturbanceFault({
    name: "container_latency",
    describes: "Round trips between one node's container and the proxy's take longer.",
    strikes: oneSlowed("container_latency"),
    disturbs: (_, { random }) => ({ type: "latency", ...latencyBy(random), peers: PEERS }),
    causes: "check_latency_high",
  }),
  disturbanceFault({
    name: "packet_loss",
    describes: "Of the packets between one node and the proxy hardly any arrives.",
    strikes: oneNode("packet_loss"),
    disturbs: () => ({ type: "loss", percent: LOSS_PERCENT, peers: PEERS }),
    causes: "checks_undecided",
  }),
  disturbanceFault({
    name: "bandwidth_limited",
    describes: "One node may send next to nothing: nobody gets an answer of it in time.",
    strikes: oneNode("bandwidth_limited"),
    disturbs: () => ({ type: "bandwidth", kbitPerSecond: BANDWIDTH_KBIT }),
    causes: "node_silent",
  }),
  partition("both"),
  partition("in"),
  partition("out"),
  disturbanceFault({
    name: "disk_full",
    describes: "The volume of Redis is full: it cannot save, and refuses every write.",
    strikes: redisIfWell("disk_full"),
    disturbs: () => ({ type: "disk", freeBytes: 0 }),
    causes: "persistence_failing",
    reveal: failToSave,
    settle: saveAgain,
  }),
  disturbanceFault({
    name: "cpu_throttled",
    describes: "One node's container gets a quarter of a core.",
    strikes: oneSlowed("cpu_throttled"),
    disturbs: () => ({ type: "cpu", cpus: CPUS }),
    causes: "limits_changed",
  }),
  disturbanceFault({
    name: "memory_squeezed",
    describes: "The container of Redis gets less memory than Redis may use.",
    strikes: redisIfWell("memory_squeezed"),
    disturbs: () => ({ type: "memory", bytes: MEMORY_BYTES }),
    causes: "limits_changed",
  }),
];

function partition(direction: "both" | "in" | "out"): LimiterFault {
  const form = {
    both: { name: "partition", describes: "One node and the proxy hear nothing of each other." },
    in: { name: "partition_in", describes: "One node hears nothing of the proxy." },
    out: { name: "partition_out", describes: "The proxy hears nothing of one node." },
  }[direction];
  return disturbanceFault({
    ...form,
    strikes: oneNode(form.name),
    disturbs: () => ({ type: "partition", direction, peers: PEERS }),
    causes: "checks_undecided",
  });
}

type Strike = (observation: LimiterObservation, random: () => number) => string;

/** It serves on, late: whether it can be spared is no matter. */
function oneSlowed(fault: string): Strike {
  return (observation, random) => pickOne(livingNodes(observation), { fault, random }).name;
}

function oneNode(fault: string): Strike {
  return (observation, random) => pickOne(sparedNodes(observation, fault), { fault, random });
}

function redisIfWell(fault: string): Strike {
  return ({ redis }, random) => {
    const isWell = readValue(redis.liveness)?.state === "answers";
    return pickOne(isWell ? ["redis"] : [], { fault, random });
  };
}

function latencyBy(random: () => number) {
  const { min, max, jitter } = LATENCY_MS;
  return { delayMs: Math.round(min + random() * (max - min)), jitterMs: jitter };
}

/** By itself Redis saves once a minute. */
async function failToSave(plan: FaultPlan, context: ActionContext): Promise<void> {
  const visit = { site: siteFor(plan, context), doing: doingOf(plan), signal: context.signal };
  await withRedis(visit, async (redis) => {
    const isSo = async () => {
      const info = await redis.info("persistence");
      if (info.includes("rdb_last_bgsave_status:err")) return true;
      if (info.includes("rdb_bgsave_in_progress:0")) await redis.bgsave();
      return false;
    };
    await untilStruck(plan, context, { what: "redis could not save", isSo });
  });
}

/** Until it has saved, Redis takes no writes, whatever room there is. */
async function saveAgain(plan: FaultPlan, context: ActionContext): Promise<void> {
  const visit = { site: siteFor(plan, context), doing: doingOf(plan), signal: context.signal };
  await withRedis(visit, (redis) => saveIfMeant(redis, context.clock));
}
