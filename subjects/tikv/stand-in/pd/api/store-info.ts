// One store as PD's API shows it: pkg/response/store.go, with what omitempty leaves out left out.
import type { StoreView } from "../cluster/stores.ts";
import { byteSize, goDuration, rfc3339Nano } from "../go/format.ts";
import type { GoJson } from "../go/json.ts";
import { NO_GIT_HASH } from "./members.ts";

const GIB = 1024 ** 3;
const SPACE_MIN = 50; // GiB; bound of F in the v2 formula, pkg/core/store.go:412-525
const HIGH_SCORE = 1e10;

export function storeInfo(store: StoreView): GoJson {
  return { store: metaOf(store), status: statusOf(store) };
}

/** `49h3m12.1s`; absent before the first heartbeat. It stops growing when heartbeats stop. */
export function uptimeOf(store: StoreView): string | undefined {
  const startNs = BigInt(store.record.start_timestamp) * 1_000_000_000n;
  const uptimeNs = store.lastHeartbeatNs - startNs;
  return store.lastHeartbeatNs > 0n && uptimeNs > 0n ? goDuration(uptimeNs) : undefined;
}

/** region_score by formula v2, of the newest available space where PD smooths it over 10 min. */
export function regionScore(store: StoreView): number {
  const capacity = (store.statistics?.capacity ?? 0) / GIB;
  const available = (store.statistics?.available ?? 0) / GIB;
  const weight = Math.max(store.record.region_weight, 1e-6);
  const floor = Math.max(SPACE_MIN, capacity * (1 - 0.8));
  const size = store.regionSize;
  if (available >= capacity || capacity < 1) return size / weight;
  if (available > floor) {
    const used = Math.log(capacity) - Math.log(available - floor + 1);
    return ((1 + (256 * used) / (capacity - available + floor - 1)) * size) / weight;
  }
  const filled = 1 + (256 * Math.log(capacity)) / capacity;
  return (filled * size + (HIGH_SCORE * (floor - available)) / floor) / weight;
}

function metaOf({ record, stateName, lastHeartbeatNs }: StoreView): GoJson {
  const nodeStates = { Up: 1, Offline: 2, Tombstone: 3 } as const;
  const states = { Up: undefined, Offline: 1, Tombstone: 2 } as const;
  return {
    id: record.id,
    address: record.address,
    state: states[record.state],
    labels: record.labels.length > 0 ? record.labels : undefined,
    version: record.version,
    peer_address: record.address,
    status_address: record.status_address,
    git_hash: NO_GIT_HASH,
    start_timestamp: record.start_timestamp,
    deploy_path: "/",
    last_heartbeat: lastHeartbeatNs === 0n ? undefined : lastHeartbeatNs,
    physically_destroyed: record.physically_destroyed ? true : undefined,
    node_state: nodeStates[record.state],
    state_name: stateName,
  };
}

function statusOf(store: StoreView): GoJson {
  const { record, statistics } = store;
  return {
    capacity: byteSize(statistics?.capacity ?? 0),
    available: byteSize(statistics?.available ?? 0),
    used_size: byteSize(statistics?.usedSize ?? 0),
    leader_count: store.leaderCount,
    leader_weight: record.leader_weight,
    leader_score: store.leaderCount / Math.max(record.leader_weight, 1e-6),
    leader_size: store.leaderSize,
    region_count: store.regionCount,
    region_weight: record.region_weight,
    region_score: regionScore(store),
    region_size: store.regionSize,
    pending_peer_count: nonZero(store.pendingPeerCount),
    slow_score: nonZero(statistics?.slowScore),
    is_busy: statistics?.isBusy ? true : undefined,
    start_ts: rfc3339Nano(BigInt(record.start_timestamp) * 1_000_000_000n),
    last_heartbeat_ts: rfc3339Nano(store.lastHeartbeatNs),
    uptime: uptimeOf(store),
  };
}

function nonZero(count: number | undefined): number | undefined {
  return count === 0 ? undefined : count;
}
