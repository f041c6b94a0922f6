// Stores as PD sees them at one moment: the record, the last heartbeat, and the counts that come
// from PD's own view of the regions.
import type { Cluster, PdMember } from "../member.ts";
import { readRegions, readStores, type StoreRecord } from "../metadata/records.ts";
import { type ClusterConfig, readConfig } from "./config.ts";
import type { RegionStatistics, StoreStatistics } from "./office.ts";

export type StateName = "Up" | "Disconnected" | "Down" | "Offline" | "Tombstone";

export interface StoreView {
  readonly record: StoreRecord;
  /** Absent until it heartbeats to this PD leader. */
  readonly statistics: StoreStatistics | undefined;
  readonly stateName: StateName;
  /** 0 for a store that never heartbeated. */
  readonly lastHeartbeatNs: bigint;
  readonly silentMs: number;
  readonly leaderCount: number;
  readonly regionCount: number;
  /** MiB. */
  readonly leaderSize: number;
  readonly regionSize: number;
  readonly pendingPeerCount: number;
}

/** By ascending id, tombstones included. */
export function viewStores(cluster: Cluster): readonly StoreView[] {
  const { member, office } = cluster;
  const config = readConfig(member.metadata);
  const tallies = tallyRegions(cluster);
  return readStores(member.metadata).map((record) => {
    const statistics = office.stores.get(record.id);
    const lastHeartbeatNs = statistics?.lastHeartbeatNs ?? BigInt(record.last_heartbeat);
    const silentMs = member.clock.now() - Number(lastHeartbeatNs / 1_000_000n);
    return {
      record,
      statistics,
      stateName: stateNameOf(member, { state: record.state, silentMs, config }),
      lastHeartbeatNs,
      silentMs,
      ...(tallies.get(record.id) ?? EMPTY_TALLY),
    };
  });
}

/** PD's own test for low space: pkg/core/store.go:542. */
export function isLowSpace(store: StoreView, config: ClusterConfig): boolean {
  const { statistics, regionCount } = store;
  if (!statistics || statistics.capacity === 0) return false;
  if (regionCount < 100 && statistics.available > 8 * 1024 ** 3) return false;
  return statistics.available / statistics.capacity < 1 - config.lowSpaceRatio;
}

interface Tally {
  leaderCount: number;
  regionCount: number;
  leaderSize: number;
  regionSize: number;
  pendingPeerCount: number;
}

const EMPTY_TALLY: Readonly<Tally> = {
  leaderCount: 0,
  regionCount: 0,
  leaderSize: 0,
  regionSize: 0,
  pendingPeerCount: 0,
};

function tallyRegions({ member, office }: Cluster): ReadonlyMap<number, Tally> {
  const tallies = new Map<number, Tally>();
  for (const { id, peers } of readRegions(member.metadata)) {
    const statistics = office.regions.get(id);
    for (const { store_id } of peers) {
      const tally = tallies.get(store_id) ?? { ...EMPTY_TALLY };
      tallies.set(store_id, tally);
      addPeer(tally, { storeId: store_id, statistics });
    }
  }
  return tallies;
}

interface TalliedPeer {
  readonly storeId: number;
  readonly statistics: RegionStatistics | undefined;
}

function addPeer(tally: Tally, { storeId, statistics }: TalliedPeer): void {
  const size = statistics?.approximateSize ?? 0;
  const isLeader = statistics?.leaderStoreId === storeId;
  const isPending = statistics?.pendingPeers.some((peer) => peer.store_id === storeId) === true;
  tally.regionCount += 1;
  tally.regionSize += size;
  tally.leaderCount += isLeader ? 1 : 0;
  tally.leaderSize += isLeader ? size : 0;
  tally.pendingPeerCount += isPending ? 1 : 0;
}

interface StateReading {
  readonly state: StoreRecord["state"];
  readonly silentMs: number;
  readonly config: ClusterConfig;
}

/** pkg/response/store.go:140-146: only a store in state Up is ever called Down or Disconnected. */
function stateNameOf(member: PdMember, { state, silentMs, config }: StateReading): StateName {
  const { timeScale, timings } = member.settings;
  if (state !== "Up") return state;
  if (silentMs > config.maxStoreDownMs / timeScale) return "Down";
  return silentMs > timings.disconnectedMs ? "Disconnected" : "Up";
}
