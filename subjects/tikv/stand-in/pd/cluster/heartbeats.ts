// What stores and region leaders tell the PD leader, and what it makes of it.
import type { RegionHeartbeat, StoreHeartbeat } from "../../protocol.ts";
import type { Cluster, PdMember } from "../member.ts";
import {
  KEYS,
  type RegionRecord,
  readRegions,
  readStore,
  readStores,
} from "../metadata/records.ts";
import { readConfig } from "./config.ts";
import type { RegionFinding, RegionStatistics } from "./office.ts";
import { isLowSpace, viewStores } from "./stores.ts";
import { type Change, putJson, type WriteOutcome, writeSerially } from "./write.ts";

type RegionReport = RegionHeartbeat["regions"][number];

// Sizes in MiB: region-max-size of TiKV's coprocessor, max-merge-region-size of PD.
const OVERSIZED = 144;
const UNDERSIZED = 54;

/** Of a known store. Persisted at the first one to this leader, then every 5 min (scaled). */
export async function observeStore(
  cluster: Cluster,
  heartbeat: StoreHeartbeat,
): Promise<WriteOutcome> {
  const { member, office } = cluster;
  const nowMs = member.clock.now();
  const before = office.stores.get(heartbeat.store_id);
  const { persistHeartbeatMs } = member.settings.timings;
  const isDue = nowMs - (before?.persistedAtMs ?? 0) > persistHeartbeatMs;
  const lastHeartbeatNs = nanosecondsOf(member, nowMs);
  office.stores.set(heartbeat.store_id, {
    capacity: heartbeat.capacity,
    available: heartbeat.available,
    usedSize: heartbeat.used_size,
    slowScore: heartbeat.slow_score,
    isBusy: heartbeat.is_busy,
    lastHeartbeatNs,
    persistedAtMs: isDue ? nowMs : (before?.persistedAtMs ?? 0),
  });
  warnOfLowSpace(cluster, heartbeat.store_id);
  return writeSerially(cluster, () =>
    heartbeatChange(member, { heartbeat, lastHeartbeatNs, isDue }),
  );
}

/** At each heartbeat: server/cluster/cluster.go:1086. */
function warnOfLowSpace(cluster: Cluster, storeId: number): void {
  const { member } = cluster;
  const store = viewStores(cluster).find(({ record }) => record.id === storeId);
  if (!store?.statistics || !isLowSpace(store, readConfig(member.metadata))) return;
  const { capacity, available } = store.statistics;
  const fields = { "store-id": storeId, capacity, available };
  member.log.warn("store does not have enough disk space", fields);
}

/** The clock gives milliseconds; PD's stamps go further, so chance fills the rest. */
function nanosecondsOf(member: PdMember, epochMs: number): bigint {
  return BigInt(epochMs) * 1_000_000n + BigInt(Math.floor(member.random() * 1_000_000));
}

interface HeartbeatChange {
  readonly heartbeat: StoreHeartbeat;
  readonly lastHeartbeatNs: bigint;
  readonly isDue: boolean;
}

function heartbeatChange(member: PdMember, change: HeartbeatChange): Change | undefined {
  const { heartbeat, lastHeartbeatNs, isDue } = change;
  const record = readStore(member.metadata, heartbeat.store_id);
  const isRestarted = record?.start_timestamp !== heartbeat.start_timestamp;
  if (!record || !(isDue || isRestarted)) return undefined;
  const start_timestamp = heartbeat.start_timestamp;
  const updated = { ...record, start_timestamp, last_heartbeat: `${lastHeartbeatNs}` };
  return { puts: [putJson(KEYS.store(record.id), updated)] };
}

/** Reports of an older term than known, or of unknown regions, are passed over. */
export async function observeRegions(
  cluster: Cluster,
  heartbeat: RegionHeartbeat,
): Promise<WriteOutcome> {
  const { member, office } = cluster;
  const records = new Map(readRegions(member.metadata).map((region) => [region.id, region]));
  const moved: RegionReport[] = [];
  for (const report of heartbeat.regions) {
    const record = records.get(report.region_id);
    const before = office.regions.get(report.region_id);
    if (!record || (before && report.term < before.term)) continue;
    if (before?.leaderStoreId !== heartbeat.store_id) moved.push(report);
    const findings = findingsOf(member, { record, report });
    const leaderStoreId = heartbeat.store_id;
    office.regions.set(report.region_id, { ...statisticsOf(report), leaderStoreId, findings });
  }
  if (moved.length === 0) return { state: "written" };
  const puts = moved.map(({ region_id, term }) =>
    putJson(KEYS.regionLeader(region_id), { store_id: heartbeat.store_id, term }),
  );
  return writeSerially(cluster, () => ({ puts }));
}

interface ReportedRegion {
  readonly record: RegionRecord;
  readonly report: RegionReport;
}

/** Observe of pkg/statistics/region_collection.go. */
function findingsOf(
  member: PdMember,
  { record, report }: ReportedRegion,
): readonly RegionFinding[] {
  const { maxReplicas } = readConfig(member.metadata);
  const removing = readStores(member.metadata)
    .filter((store) => store.state === "Offline")
    .map((store) => store.id);
  const size = report.approximate_size;
  const conditions: readonly (readonly [RegionFinding, boolean])[] = [
    ["miss-peer", record.peers.length < maxReplicas],
    ["extra-peer", record.peers.length > maxReplicas],
    ["down-peer", report.down_peers.length > 0],
    ["pending-peer", report.pending_peers.length > 0],
    ["offline-peer", record.peers.some((peer) => removing.includes(peer.store_id))],
    ["empty-region", size <= 1],
    ["oversized-region", size >= OVERSIZED],
    ["undersized-region", size <= UNDERSIZED],
  ];
  return conditions.filter(([, holds]) => holds).map(([finding]) => finding);
}

function statisticsOf(report: RegionReport): Omit<RegionStatistics, "leaderStoreId" | "findings"> {
  return {
    term: report.term,
    downPeers: report.down_peers,
    pendingPeers: report.pending_peers,
    approximateSize: report.approximate_size,
    approximateKeys: report.approximate_keys,
    writtenBytes: report.written_bytes,
    readBytes: report.read_bytes,
    writtenKeys: report.written_keys,
    readKeys: report.read_keys,
    isCollected: true,
  };
}
