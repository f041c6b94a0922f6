// What a store tells PD: that it is there, how its disk is, and how the regions are that it leads.
// PD being gone disturbs nothing here but these loops, which go on trying.
import {
  PD_PATHS,
  type RegionHeartbeat,
  type RegionHeartbeatReply,
  regionHeartbeatReplySchema,
  type StoreHeartbeat,
  storeHeartbeatReplySchema,
} from "../protocol.ts";
import type { RaftNode } from "../raft/consensus.ts";
import type { PdAnswer, PdClient } from "./pd-client.ts";
import {
  ledRegions,
  refreshDisk,
  type Store,
  type StoreCluster,
  type StoreRegion,
} from "./store.ts";

type RegionReport = RegionHeartbeat["regions"][number];

export interface HeartbeatOptions {
  readonly cluster: StoreCluster;
  readonly pd: PdClient;
  readonly signal: AbortSignal;
}

const LEADERSHIP_POLL_MS = 100;
const MIB = 1024 ** 2;
/** A peer that far behind needs a snapshot: what TiKV calls pending. */
const PENDING_LAG = 1_000;

/** Until the signal aborts. */
export async function runStoreHeartbeats(store: Store, options: HeartbeatOptions): Promise<void> {
  while (!options.signal.aborted) {
    refreshDisk(store);
    const body = storeHeartbeat(store, options.cluster.storeId);
    const path = PD_PATHS.storeHeartbeat;
    const answer = await options.pd.post({ path, body, reply: storeHeartbeatReplySchema });
    noteAnswer(store, answer);
    if (answer.state === "answered") obey(store, options.cluster, answer.value);
    await store.clock.sleep(store.settings.timings.storeHeartbeatMs, options.signal);
  }
}

/**
 * All led regions at their interval; at once one that this store begins to lead, and one whose
 * peers catch up, as no scheduler counts on a peer that is behind (TiKV's any_new_peer_catch_up).
 */
export async function runRegionHeartbeats(store: Store, options: HeartbeatOptions): Promise<void> {
  const { regionHeartbeatMs } = store.settings.timings;
  const told = new Map<number, Told>();
  let dueAtMs = store.clock.now() + regionHeartbeatMs;
  while (!options.signal.aborted) {
    const isDue = store.clock.now() >= dueAtMs;
    const reported = ledRegions(store).filter((region) => isDue || isNews(region, told));
    if (isDue) dueAtMs = store.clock.now() + regionHeartbeatMs;
    for (const region of reported) told.set(region.region.id, tellingOf(region));
    const failed = reported.length === 0 ? [] : await report(store, options, reported);
    // What PD did not hear is not known to it: it is told again at the next look.
    for (const { region } of failed) told.delete(region.id);
    await store.clock.sleep(LEADERSHIP_POLL_MS, options.signal);
  }
}

/** What PD was last told of a region, as far as a change of it is worth a report of its own. */
interface Told {
  readonly term: number;
  readonly pendingCount: number;
}

function tellingOf({ node }: StoreRegion): Told {
  return { term: node.term(), pendingCount: pendingNodes(node).length };
}

function isNews(region: StoreRegion, told: ReadonlyMap<number, Told>): boolean {
  const last = told.get(region.region.id);
  const { term, pendingCount } = tellingOf(region);
  return last === undefined || term !== last.term || pendingCount < last.pendingCount;
}

function pendingNodes(node: RaftNode): readonly string[] {
  return node
    .peers()
    .filter(({ lag }) => lag > PENDING_LAG)
    .map(({ nodeId }) => nodeId);
}

/** Gives back the regions that PD did not hear of. */
async function report(
  store: Store,
  options: HeartbeatOptions,
  regions: readonly StoreRegion[],
): Promise<readonly StoreRegion[]> {
  const reports = regions.map((region) => regionReport(store, region));
  const answer = await options.pd.post({
    path: PD_PATHS.regionHeartbeat,
    body: { store_id: options.cluster.storeId, regions: reports } satisfies RegionHeartbeat,
    reply: regionHeartbeatReplySchema,
  });
  noteAnswer(store, answer);
  if (answer.state === "failed") return regions;
  obey(store, options.cluster, answer.value);
  return [];
}

/** PD's operators come with whichever heartbeat is next, as PD pushes them over its streams. */
function obey(store: Store, cluster: StoreCluster, { operators }: RegionHeartbeatReply): void {
  for (const { region_id, transfer_leader_to } of operators) {
    const node = cluster.regions.find(({ region }) => region.id === region_id)?.node;
    const started = node?.transferLeadership(String(transfer_leader_to)) ?? false;
    store.log.info("transfer leader", { region_id, to_store: transfer_leader_to, started });
  }
}

function storeHeartbeat(store: Store, storeId: number): StoreHeartbeat {
  return {
    store_id: storeId,
    capacity: store.disk.capacityBytes,
    available: store.disk.availableBytes,
    used_size: store.disk.usedBytes,
    start_timestamp: Math.floor(store.startedAtMs / 1000),
    slow_score: 1,
    is_busy: false,
  };
}

/** Takes what was counted since the last report. */
function regionReport(store: Store, { region, node, machine, traffic }: StoreRegion): RegionReport {
  const peerOf = (nodeId: string) =>
    region.peers.filter((peer) => String(peer.store_id) === nodeId);
  const downMs = store.settings.timings.peerDownMs;
  const size = machine.size();
  const counted = { ...traffic };
  Object.assign(traffic, { readBytes: 0, readKeys: 0, writtenBytes: 0, writtenKeys: 0 });
  return {
    region_id: region.id,
    term: node.term(),
    down_peers: node
      .peers()
      .filter(({ silentMs }) => silentMs >= downMs)
      .flatMap(({ nodeId, silentMs }) =>
        peerOf(nodeId).map((peer) => ({ peer, down_seconds: Math.floor(silentMs / 1000) })),
      ),
    pending_peers: pendingNodes(node).flatMap(peerOf),
    approximate_size: Math.max(1, Math.round(size.bytes / MIB)),
    approximate_keys: size.keys,
    written_bytes: counted.writtenBytes,
    read_bytes: counted.readBytes,
    written_keys: counted.writtenKeys,
    read_keys: counted.readKeys,
  };
}

/** Says once that PD is gone, and once that it is back. */
function noteAnswer(store: Store, answer: PdAnswer<unknown>): void {
  const { pdCounts } = store;
  if (answer.state === "answered") {
    if (pdCounts.isLost) store.log.info("connected to PD again");
    pdCounts.isLost = false;
    pdCounts.heartbeats += 1;
    return;
  }
  if (!pdCounts.isLost) store.log.error("failed to send heartbeat to PD", { err: answer.reason });
  pdCounts.isLost = true;
  pdCounts.failures += 1;
}
