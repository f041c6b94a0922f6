// A region as the status server shows it: the part of TiKV's RegionMeta that a stand-in has.
import type { JsonObject } from "../../../../src/domain/json.ts";
import type { StoreRegion } from "./store.ts";

/** Keys are arrays of bytes there. */
export function regionMeta({ region, node, machine }: StoreRegion): JsonObject {
  const leader = region.peers.find((peer) => String(peer.store_id) === node.leaderId());
  const self = region.peers.find((peer) => String(peer.store_id) === node.nodeId);
  const appliedIndex = machine.appliedIndex();
  return {
    group_state: "ordered",
    raft_status: {
      id: self?.id ?? 0,
      hard_state: { term: node.term() },
      soft_state: { leader_id: leader?.id ?? 0, raft_state: raftState(node.role()) },
      applied: appliedIndex,
      voters: Object.fromEntries(
        node.peers().map(({ nodeId, lag }) => {
          const peer = region.peers.find(({ store_id }) => String(store_id) === nodeId);
          return [String(peer?.id ?? 0), { lag, state: lag > 0 ? "Probe" : "Replicate" }];
        }),
      ),
    },
    raft_apply: { applied_index: appliedIndex },
    region_state: {
      id: region.id,
      start_key: bytesOf(region.start_key),
      end_key: bytesOf(region.end_key),
      peers: region.peers.map(({ id, store_id }) => ({ id, store_id, role: "Voter" })),
    },
    bucket_keys: [],
  };
}

function raftState(role: "leader" | "follower" | "candidate"): string {
  return { leader: "Leader", follower: "Follower", candidate: "Candidate" }[role];
}

function bytesOf(hex: string): number[] {
  return [...Buffer.from(hex, "hex")];
}
