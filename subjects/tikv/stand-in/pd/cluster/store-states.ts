// Stores going away and coming back: Up, Offline, Tombstone.
import { ERRORS } from "../go/errors.ts";
import type { Cluster, PdMember } from "../member.ts";
import { KEYS, readStore, readStores, type StoreRecord } from "../metadata/records.ts";
import { readConfig } from "./config.ts";
import { viewStores } from "./stores.ts";
import { putJson, type WriteOutcome, writeSerially } from "./write.ts";

export type StoreChange =
  | { readonly state: "allowed"; readonly record: StoreRecord }
  | { readonly state: "refused"; readonly status: 400 | 404 | 410; readonly reason: string };

const UNLIMITED = 100_000_000; // storelimit.Unlimited, pkg/core/storelimit

export interface Removal {
  readonly id: number;
  readonly isForced: boolean;
}

/** What RemoveStore of server/cluster/cluster.go decides. An Offline store stays as it is. */
export function planRemoval(member: PdMember, { id, isForced }: Removal): StoreChange {
  const record = readStore(member.metadata, id);
  if (!record) return { state: "refused", status: 404, reason: ERRORS.storeNotFound(id) };
  if (record.state === "Tombstone") {
    return { state: "refused", status: 410, reason: ERRORS.storeRemoved(id) };
  }
  if (record.state === "Offline" && record.physically_destroyed === isForced) {
    return { state: "allowed", record };
  }
  if (record.physically_destroyed) {
    return { state: "refused", status: 400, reason: ERRORS.storeDestroyed(id) };
  }
  const need = readConfig(member.metadata).maxReplicas;
  const up = readStores(member.metadata).filter((store) => store.state === "Up").length - 1;
  if (record.state === "Up" && !isForced && up < need) {
    return { state: "refused", status: 400, reason: ERRORS.storesNotEnough({ id, up, need }) };
  }
  const offline: StoreRecord = {
    ...record,
    state: "Offline",
    physically_destroyed: isForced,
    limit: { ...record.limit, remove_peer: UNLIMITED },
    limit_before_offline: record.limit_before_offline ?? record.limit,
  };
  return { state: "allowed", record: offline };
}

/** What UpStore of server/cluster/cluster.go decides: the way back from Offline. */
export function planReturn(member: PdMember, id: number): StoreChange {
  const record = readStore(member.metadata, id);
  if (!record) return { state: "refused", status: 404, reason: ERRORS.storeNotFound(id) };
  if (record.state === "Tombstone") {
    return { state: "refused", status: 410, reason: ERRORS.storeRemoved(id) };
  }
  if (record.physically_destroyed) {
    return { state: "refused", status: 400, reason: ERRORS.storeDestroyed(id) };
  }
  const limit = record.limit_before_offline ?? record.limit;
  return {
    state: "allowed",
    record: { ...record, state: "Up", limit, limit_before_offline: null },
  };
}

/** Every 10 s (scaled): an Offline store without regions becomes a Tombstone. */
export async function buryEmptyStores(cluster: Cluster): Promise<WriteOutcome> {
  const emptied = viewStores(cluster).filter(
    (store) => store.record.state === "Offline" && store.regionCount === 0,
  );
  if (emptied.length === 0) return { state: "written" };
  return writeSerially(cluster, () => ({
    puts: emptied.map(({ record }) =>
      putJson(KEYS.store(record.id), { ...record, state: "Tombstone" }),
    ),
  }));
}
