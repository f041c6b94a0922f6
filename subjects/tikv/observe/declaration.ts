// How the cluster should be. A topology declares it whole; of a cluster that is known by endpoints
// alone, what was once seen is declared from then on, so that what vanishes later is missed.

import { z } from "zod";
import type { Reading } from "../../../src/domain/observation.ts";
import type { MemberPlan, Topology, UnresolvedTicket } from "../../../src/domain/subject.ts";
import type {
  Declaration,
  DeclaredPd,
  DeclaredStore,
  ListedStore,
  Replication,
  Schedulers,
} from "../observation.ts";
import type { Membership } from "./pd-answers.ts";

/** In every release since 4.0. */
const CORE_SCHEDULERS = [
  "balance-hot-region-scheduler",
  "balance-leader-scheduler",
  "balance-region-scheduler",
];
/** Of a fresh PD v8.5.7. */
const DEFAULT_SCHEDULERS = [
  ...CORE_SCHEDULERS,
  "evict-slow-store-scheduler",
  "evict-stopping-store-scheduler",
];
const DECLARED = z.object({
  declared_max_replicas: z.int().min(1),
  declared_location_labels: z.string(),
});
const LOOPBACK = "127.0.0.1";
/** PD's own defaults, which the local cluster is started with. */
const DEFAULT_REPLICATION: Replication = { maxReplicas: 3, locationLabels: "" };

export function declareFrom(topology: Topology): Declaration {
  const isGiven = topology.members.length > 0;
  return {
    isGiven,
    pdMembers: topology.members.filter(({ role }) => role === "pd").map(declarePd),
    stores: topology.members.filter(({ role }) => role === "tikv").map(declareStore),
    schedulers: isGiven ? DEFAULT_SCHEDULERS : CORE_SCHEDULERS,
    replication: isGiven ? DEFAULT_REPLICATION : null,
  };
}

function missedIn(unresolved: readonly UnresolvedTicket[]): readonly string[] {
  const missed = unresolved.filter(({ invariant }) => invariant === "schedulers_missing");
  return DEFAULT_SCHEDULERS.filter(
    (name) => !CORE_SCHEDULERS.includes(name) && missed.some(({ entity }) => entity === name),
  );
}

/** As `replication_drifted` has it in its evidence; of several the newest, which comes first. */
function replicationIn(unresolved: readonly UnresolvedTicket[]): Replication | null {
  const drift = unresolved.find(({ invariant }) => invariant === "replication_drifted");
  const told = DECLARED.safeParse(drift?.evidence).data;
  if (!told) return null;
  const { declared_max_replicas: maxReplicas, declared_location_labels: locationLabels } = told;
  return { maxReplicas, locationLabels };
}

export interface Findings {
  readonly membership: Reading<Membership>;
  readonly storeList: Reading<readonly ListedStore[]>;
  readonly schedulers: Reading<Schedulers>;
  readonly replication: Reading<Replication>;
}

/**
 * What a topology declares stays as it is; what was found grows, and shrinks by tombstones. What
 * unresolved tickets of this very cluster say was declared wins: a restart declares no drift.
 */
export function declareFound(
  declared: Declaration,
  found: Findings,
  unresolved: readonly UnresolvedTicket[] = [],
): Declaration {
  if (declared.isGiven) return declared;
  const { membership, storeList, schedulers, replication } = found;
  const names = schedulers.state === "read" ? schedulers.value.names : [];
  const defaults = DEFAULT_SCHEDULERS.filter((name) => names.includes(name));
  const clusterId = membership.state === "read" ? membership.value.clusterId : undefined;
  const isOurs = ({ evidence }: UnresolvedTicket) =>
    clusterId !== undefined && evidence.cluster_id === clusterId;
  const told = unresolved.filter(isOurs);
  // Whose tickets they are is not known before the cluster's id is.
  const isTold = clusterId !== undefined || unresolved.length === 0;
  const first = isTold && replication.state === "read" ? replication.value : null;
  return {
    isGiven: false,
    pdMembers: membership.state === "read" ? addPd(declared, membership.value) : declared.pdMembers,
    stores: storeList.state === "read" ? addStores(declared, storeList.value) : declared.stores,
    schedulers: [...new Set([...declared.schedulers, ...defaults, ...missedIn(told)])].sort(),
    replication: declared.replication ?? replicationIn(told) ?? first,
  };
}

/** The entry of PD's list that is this store; a tombstone only when nothing else is. */
export function findListed(
  store: DeclaredStore,
  list: readonly ListedStore[],
): ListedStore | undefined {
  const same = list.filter((listed) => isSameStore(store, listed));
  return same.find(({ stateName }) => stateName !== "Tombstone");
}

function declarePd({ name, host = LOOPBACK, ports }: MemberPlan): DeclaredPd {
  return { name, url: `http://${host}:${ports.client}` };
}

function declareStore({ name, host = LOOPBACK, ports }: MemberPlan): DeclaredStore {
  return {
    name,
    address: `${host}:${ports.client}`,
    statusUrl: `http://${host}:${ports.status}`,
  };
}

function addPd({ pdMembers }: Declaration, { members }: Membership): readonly DeclaredPd[] {
  const known = new Set(pdMembers.map(({ name }) => name));
  const added = new Map<string, DeclaredPd>();
  for (const { name, url } of members) {
    if (url === undefined || known.has(name) || added.has(name)) continue;
    added.set(name, { name, url: url.replace(/\/+$/, "") });
  }
  return [...pdMembers, ...added.values()];
}

/** Somebody who turned a store into a tombstone took it out: it is not missing. */
function addStores(
  { stores }: Declaration,
  list: readonly ListedStore[],
): readonly DeclaredStore[] {
  const isBuried = (store: DeclaredStore) =>
    findListed(store, list) === undefined && list.some((listed) => isSameStore(store, listed));
  const kept = stores.filter((store) => !isBuried(store));
  const added = list.filter(
    (listed) =>
      listed.stateName !== "Tombstone" && !kept.some((store) => isSameStore(store, listed)),
  );
  return [...kept, ...added.map(declareListed)];
}

function declareListed({ address, statusAddress }: ListedStore): DeclaredStore {
  const statusUrl = statusAddress === null ? null : `http://${statusAddress}`;
  return { name: address, address, statusUrl };
}

/** By address; in a container network, where addresses are not ours, by host name. */
function isSameStore(store: DeclaredStore, { address }: ListedStore): boolean {
  return address === store.address || address.split(":")[0] === store.name;
}
