// What is done from outside to members in containers. Of the network, store against its peers: the
// other stores and PD hear it late, hardly or not at all, while we reach it as before. Only a bound
// on what it sends strikes whoever asks it.
//
//   tikv1 ◀──────▶ tikv2        tikv1 ◀── ✕ ──▶ tikv2, tikv3, pd1, pd2, pd3
//     ▲ we, and clients           ▲ we, and clients
import { disturbanceFault } from "../../../src/disturbances/fault.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import { readValue } from "../../../src/domain/observation.ts";
import type { TikvObservation } from "../observation.ts";
import { livingStores, pickSome, sparedMembers, type TikvFault } from "./struck.ts";

/** Each write on it takes longer than the bound of its p99, and nobody is elected for it. */
const LATENCY = { delayMs: 270, jitterMs: 15 };
/** So that no heartbeat comes through: PD says Disconnected after 20 s without one. */
const LOSS_PERCENT = 95;
/** Fewer bytes a second than one answer is long. */
const BANDWIDTH_KBIT = 1;
/** Declared are one core, and 2 GiB for a store. */
const CPUS = 0.25;
const MEMORY_BYTES = 768 * 1024 ** 2;

export const containerFaults: readonly TikvFault[] = [
  disturbanceFault({
    name: "container_latency",
    describes:
      "Round trips between one store and the other stores take a quarter of a second longer.",
    strikes: oneSlowed,
    disturbs: (store, { observation }) => ({
      type: "latency",
      ...LATENCY,
      peers: storesBut(store, observation),
    }),
    causes: "high_p99_latency",
  }),
  disturbanceFault({
    name: "packet_loss",
    describes: "Of the packets between one store and its peers hardly any arrives.",
    strikes: oneStore("packet_loss"),
    disturbs: (store, { observation }) => ({
      type: "loss",
      percent: LOSS_PERCENT,
      peers: peersOf(store, observation),
    }),
    causes: "store_down",
  }),
  disturbanceFault({
    name: "bandwidth_limited",
    describes: "One store may send next to nothing: nobody gets an answer of it in time.",
    strikes: oneStore("bandwidth_limited"),
    disturbs: () => ({ type: "bandwidth", kbitPerSecond: BANDWIDTH_KBIT }),
    causes: "store_unreachable",
  }),
  partition("both"),
  partition("in"),
  partition("out"),
  disturbanceFault({
    name: "pd_partition",
    describes: "One PD member that follows is cut off from everybody else, and answers us.",
    strikes: oneFollower("pd_partition"),
    disturbs: (member, { observation }) => ({
      type: "partition",
      direction: "both",
      peers: peersOf(member, observation),
    }),
    causes: "pd_member_cut_off",
  }),
  disturbanceFault({
    name: "cpu_throttled",
    describes: "One store's container gets a quarter of a core.",
    strikes: oneSlowed,
    disturbs: () => ({ type: "cpu", cpus: CPUS }),
    causes: "limits_changed",
  }),
  disturbanceFault({
    name: "memory_squeezed",
    describes: "One store's container gets less memory than its caches are made for.",
    strikes: oneStore("memory_squeezed"),
    disturbs: () => ({ type: "memory", bytes: MEMORY_BYTES }),
    causes: "limits_changed",
  }),
];

function partition(direction: "both" | "in" | "out"): TikvFault {
  const form = {
    both: { name: "partition", describes: "One store and its peers hear nothing of each other." },
    in: { name: "partition_in", describes: "One store hears nothing of its peers." },
    out: { name: "partition_out", describes: "Its peers hear nothing of one store." },
  }[direction];
  return disturbanceFault({
    ...form,
    strikes: oneStore(form.name),
    disturbs: (store, { observation }) => ({
      type: "partition",
      direction,
      peers: peersOf(store, observation),
    }),
    causes: "store_down",
  });
}

type Strike = (observation: TikvObservation, random: () => number) => string;

/** It serves on, late: whether it can be spared is no matter. */
function oneSlowed(observation: TikvObservation, random: () => number): string {
  return onlyOne(pickSome(livingStores(observation), { count: 1, random }));
}

function oneStore(fault: string): Strike {
  return (observation, random) =>
    oneSpared(livingStores(observation), { fault, observation, random });
}

/** Not the leader: nobody needs to be elected for it. */
function oneFollower(fault: string): Strike {
  return (observation, random) => {
    const leader = readValue(observation.leadership)?.leader;
    const followers = observation.pdMembers
      .filter(({ liveness }) => readValue(liveness)?.state === "answers")
      .map(({ name }) => name)
      .filter((name) => name !== leader);
    return oneSpared(leader ? followers : [], { fault, observation, random });
  };
}

interface Chance {
  readonly fault: string;
  readonly observation: TikvObservation;
  readonly random: () => number;
}

function oneSpared(names: readonly string[], { fault, observation, random }: Chance): string {
  const from = sparedMembers(names, { fault, observation });
  return onlyOne(pickSome(from, { count: 1, random }));
}

function onlyOne([name]: readonly string[]): string {
  if (name !== undefined) return name;
  throw new OperatorError("subject", "plan a fault: there is nobody to strike");
}

function storesBut(name: string, { stores }: TikvObservation): readonly string[] {
  return stores.map((store) => store.name).filter((other) => other !== name);
}

function peersOf(name: string, { members }: TikvObservation): readonly string[] {
  return members.map((member) => member.name).filter((other) => other !== name);
}
