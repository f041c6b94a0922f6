// The records that PD keeps in its replicated metadata: their keys, shapes and readers.
import { z } from "zod";
import { createReader } from "./reader.ts";
import type { MetadataReplica } from "./replica.ts";

export const KEYS = {
  clusterId: "cluster_id",
  /** Who is PD leader; there is none while it is absent. */
  leader: "leader",
  /** Rewritten by each renewal; the etcd leader lets the leader key go when it stops changing. */
  lease: "lease",
  bootstrapTime: "bootstrap_time",
  nextId: "next_id",
  config: "config",
  store: (id: number) => `store/${id}`,
  region: (id: number) => `region/${id}`,
  /** Which store led a region last: what PD's region syncer tells its followers. */
  regionLeader: (id: number) => `region_leader/${id}`,
  scheduler: (name: string) => `scheduler/${name}`,
} as const;

const leaderSchema = z.object({
  name: z.string(),
  /** New for each time in office. */
  nonce: z.string(),
});

const limitSchema = z.object({ add_peer: z.number(), remove_peer: z.number() });

const storeSchema = z.object({
  id: z.number().int(),
  address: z.string(),
  status_address: z.string(),
  state: z.enum(["Up", "Offline", "Tombstone"]),
  labels: z.array(z.object({ key: z.string(), value: z.string() })),
  version: z.string(),
  start_timestamp: z.number().int(),
  /** Nanoseconds as digits; as old as the last time that it was persisted. */
  last_heartbeat: z.string(),
  physically_destroyed: z.boolean(),
  leader_weight: z.number(),
  region_weight: z.number(),
  /** Peers per minute. */
  limit: limitSchema,
  /** What `limit` was before the store was set Offline. */
  limit_before_offline: limitSchema.nullable(),
});

const regionSchema = z.object({
  id: z.number().int(),
  start_key: z.string(),
  end_key: z.string(),
  conf_ver: z.number().int(),
  version: z.number().int(),
  peers: z.array(z.object({ id: z.number().int(), store_id: z.number().int() })),
});

const regionLeaderSchema = z.object({ store_id: z.number().int(), term: z.number().int() });

const schedulerSchema = z.object({
  /** The stores that it is for; empty for those that mind all. */
  stores: z.array(z.number().int()),
});

const configSchema = z.record(z.string(), z.json());

export type LeaderRecord = z.infer<typeof leaderSchema>;
export type StoreRecord = z.infer<typeof storeSchema>;
export type RegionRecord = z.infer<typeof regionSchema>;
export type RegionLeaderRecord = z.infer<typeof regionLeaderSchema>;
export type SchedulerRecord = z.infer<typeof schedulerSchema>;
/** What was changed from the defaults, by full name: `schedule.leader-schedule-limit`. */
export type ConfigRecord = z.infer<typeof configSchema>;
export type Peer = RegionRecord["peers"][number];

const LEADERS = createReader(leaderSchema);
const STORES = createReader(storeSchema);
const REGIONS = createReader(regionSchema);
const REGION_LEADERS = createReader(regionLeaderSchema);
const SCHEDULERS = createReader(schedulerSchema);
const CONFIGS = createReader(configSchema);

export function readLeader(metadata: MetadataReplica): LeaderRecord | undefined {
  return LEADERS.read(metadata, KEYS.leader);
}

/** 0 until the first PD leader has drawn it. */
export function readClusterId(metadata: MetadataReplica): bigint {
  return BigInt(metadata.get(KEYS.clusterId) ?? "0");
}

/** Nanoseconds; undefined until enough stores have joined. */
export function readBootstrapTime(metadata: MetadataReplica): bigint | undefined {
  const text = metadata.get(KEYS.bootstrapTime);
  return text === undefined ? undefined : BigInt(text);
}

export function readNextId(metadata: MetadataReplica): number {
  return Number(metadata.get(KEYS.nextId) ?? "1");
}

/** By ascending id. */
export function readStores(metadata: MetadataReplica): readonly StoreRecord[] {
  return [...STORES.list(metadata, "store/").values()].sort((left, right) => left.id - right.id);
}

export function readStore(metadata: MetadataReplica, id: number): StoreRecord | undefined {
  return STORES.read(metadata, KEYS.store(id));
}

/** By ascending id. */
export function readRegions(metadata: MetadataReplica): readonly RegionRecord[] {
  return [...REGIONS.list(metadata, "region/").values()].sort((left, right) => left.id - right.id);
}

export function readRegionLeader(
  metadata: MetadataReplica,
  regionId: number,
): RegionLeaderRecord | undefined {
  return REGION_LEADERS.read(metadata, KEYS.regionLeader(regionId));
}

export function readSchedulers(metadata: MetadataReplica): ReadonlyMap<string, SchedulerRecord> {
  return SCHEDULERS.list(metadata, "scheduler/");
}

export function readConfigRecord(metadata: MetadataReplica): ConfigRecord {
  return CONFIGS.read(metadata, KEYS.config) ?? {};
}
