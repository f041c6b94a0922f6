// Whether PD is set up as declared: left-over and missing schedulers, drifted settings.
import { readValue } from "../../../src/domain/observation.ts";
import {
  holds,
  judgeEach,
  judgeRead,
  type Opinion,
  unknown,
  violated,
} from "../../../src/domain/opinion.ts";
import type { Replication, Schedulers, StoreSighting, TikvObservation } from "../observation.ts";
import { scaleTime, type TikvInvariant } from "./judge.ts";

export function evictLeaderLeft(timeScale: number): TikvInvariant {
  return {
    name: "evict_leader_left",
    describes: "No scheduler is left that keeps the leaders off a store.",
    severity: "warning",
    // Emptying a store of leaders before a planned restart takes a while.
    forMs: scaleTime({ realMs: 30_000, floorMs: 3_000 }, timeScale),
    settleMs: 2_000,
    judge: ({ current }) =>
      judgeEach(current.stores, (store) =>
        judgeRead(current.schedulers, (schedulers) => judgeEviction(schedulers, store)),
      ),
  };
}

export const schedulersMissing: TikvInvariant = {
  name: "schedulers_missing",
  describes: "Every default scheduler of PD is there.",
  severity: "warning",
  forMs: 3_000,
  settleMs: 2_000,
  judge: ({ current }) =>
    judgeEach(
      current.declared.schedulers.map((name) => ({ name })),
      ({ name }) =>
        judgeRead(current.schedulers, ({ names }) =>
          names.includes(name)
            ? holds("it is there")
            : violated("it is not among PD's schedulers", {
                ...{ schedulers: names, ...clusterIn(current) },
              }),
        ),
    ),
};

/** By PD's names; a value is as a person reads it. */
const REPLICATION_SETTINGS = [
  { name: "max-replicas", read: ({ maxReplicas }: Replication) => `${maxReplicas}` },
  { name: "location-labels", read: ({ locationLabels }: Replication) => `"${locationLabels}"` },
];

export const replicationDrifted: TikvInvariant = {
  name: "replication_drifted",
  describes: "Each setting of replication is as it was declared.",
  severity: "critical",
  forMs: 3_000,
  settleMs: 2_000,
  // Apart: labels that are left to a person must not hide that copies are given up.
  judge: ({ current }) =>
    judgeEach(REPLICATION_SETTINGS, ({ name, read }) =>
      judgeRead(current.replication, (found) => {
        const { replication: declared } = current.declared;
        if (declared === null) return unknown("nothing was declared yet");
        const [now, meant] = [read(found), read(declared)];
        if (now === meant) return holds(`${name} is ${now}`);
        return violated(`${name} is ${now}, declared is ${meant}`, {
          max_replicas: found.maxReplicas,
          location_labels: found.locationLabels,
          declared_max_replicas: declared.maxReplicas,
          declared_location_labels: declared.locationLabels,
          ...clusterIn(current),
        });
      }),
    ),
};

/** Of which cluster the ticket tells: another may be watched in its place one day. */
function clusterIn({ leadership }: TikvObservation): { readonly cluster_id?: string } {
  const clusterId = readValue(leadership)?.clusterId ?? undefined;
  return clusterId === undefined ? {} : { cluster_id: clusterId };
}

function judgeEviction(
  { names, evictedStoreIds }: Schedulers,
  { name, listed }: StoreSighting,
): Opinion {
  if (evictedStoreIds === null) return unknown("which stores are evicted could not be read");
  if (evictedStoreIds.length === 0) return holds("no store is evicted");
  return judgeRead(listed, (entry) => {
    if (entry === null) return unknown("PD does not list it");
    if (!evictedStoreIds.includes(entry.id)) return holds("not evicted");
    const schedulers = names.filter((one) => one.startsWith("evict-leader-scheduler"));
    const reason = `an evict-leader scheduler keeps leaders off ${name} (PD's store ${entry.id})`;
    return violated(reason, { store_id: entry.id, schedulers });
  });
}
