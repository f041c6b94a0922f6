// An observation in plain text for a model: what is wrong first, at most 4 KB.

import { readValue } from "../../src/domain/observation.ts";
import { linesWithin, sayReading } from "../../src/domain/reading-text.ts";
import type { StoreSighting, TikvObservation } from "./observation.ts";

const CHARS_MAX = 4_000;

export function describeCluster(observation: TikvObservation): string {
  const lines = [
    `PD: ${sayReading(observation.leadership, ({ leader, etcdLeader, source }) =>
      leader === null
        ? `no leader (${source})`
        : `leader ${leader}, etcd leader ${etcdLeader ?? "none"}`,
    )}`,
    `replication: ${sayReading(
      observation.replication,
      ({ maxReplicas, locationLabels }) =>
        `max-replicas ${maxReplicas}, location-labels "${locationLabels}"`,
    )}`,
    `schedulers: ${sayReading(observation.schedulers, ({ names }) => names.join(", ") || "none")}`,
    `regions: ${sayReading(
      observation.regions,
      ({ missPeer, downPeer, pendingPeer }) =>
        `miss-peer ${missPeer}, down-peer ${downPeer}, pending-peer ${pendingPeer}`,
    )}`,
    ...memberLines(observation),
  ];
  return linesWithin(lines, CHARS_MAX);
}

/** Those that are not up come first, for the end may be cut. */
function memberLines({ members, stores }: TikvObservation): readonly string[] {
  const order = { down: 0, unknown: 1, up: 2 };
  return [...members]
    .sort((left, right) => order[left.health] - order[right.health])
    .map(({ name, role, health, detail, figures = [] }) => {
      const store = stores.find((candidate) => candidate.name === name);
      const leaders = figures.find(({ label }) => label === "leaders");
      const led = health === "up" && leaders ? `, ${leaders.value} leaders` : "";
      return `${name} (${role}): ${health}, ${detail}${led}${store ? describeStore(store) : ""}`;
    });
}

function describeStore({ listed, metrics, traffic }: StoreSighting): string {
  const parts: string[] = [];
  const entry = readValue(listed);
  if (entry) parts.push(`PD's store ${entry.id}`, `PD says ${entry.stateName}`);
  const capacityBytes = readValue(metrics)?.capacityBytes ?? entry?.capacityBytes;
  const availableBytes = readValue(metrics)?.availableBytes ?? entry?.availableBytes;
  if (capacityBytes && availableBytes !== undefined && availableBytes !== null) {
    parts.push(`${Math.round((100 * availableBytes) / capacityBytes)} % of its disk free`);
  }
  const flow = readValue(traffic);
  if (flow) {
    const p99 = flow.p99Ms === null ? "" : `, p99 ${flow.p99Ms.toFixed(1)} ms`;
    parts.push(`${flow.opsPerSecond.toFixed(0)} ops/s${p99}`);
  }
  return parts.map((part) => `, ${part}`).join("");
}
