// A region as the status server shows it: the part of TiKV's RegionMeta that a stand-in has
// (components/raftstore/src/store/region_meta.rs).
import type { JsonObject } from "../../../../src/domain/json.ts";
import type { StoreRegion } from "./store.ts";

/** Regions never split, merge or move here. */
const EPOCH = { conf_ver: 1, version: 1 } as const;

/** Keys are arrays of bytes there. */
export function regionMeta(held: StoreRegion): JsonObject {
  const { region, node, machine } = held;
  const { votedFor, lastIndex, committedIndex } = node.progress();
  const appliedIndex = machine.appliedIndex();
  return {
    group_state: "ordered",
    raft_status: {
      id: peerId(held, node.nodeId),
      hard_state: { term: node.term(), vote: peerId(held, votedFor), commit: committedIndex },
      soft_state: { leader_id: peerId(held, node.leaderId()), raft_state: raftState(node.role()) },
      applied: appliedIndex,
      voters: voters(held, lastIndex),
      learners: {},
      last_index: lastIndex,
    },
    raft_apply: { applied_index: appliedIndex },
    region_state: {
      id: region.id,
      start_key: bytesOf(region.start_key),
      end_key: bytesOf(region.end_key),
      epoch: EPOCH,
      peers: region.peers.map(({ id, store_id }) => ({ id, store_id, role: "Voter" })),
    },
    bucket_keys: [],
  };
}

/** By peer id; a leader alone knows them, itself included. */
function voters(held: StoreRegion, lastIndex: number): JsonObject {
  const { node } = held;
  if (node.role() !== "leader") return {};
  const all = [{ nodeId: node.nodeId, lag: 0 }, ...node.peers()];
  return Object.fromEntries(
    all.map(({ nodeId, lag }) => {
      const matched = lastIndex - lag;
      const state = lag > 0 ? "Probe" : "Replicate";
      return [String(peerId(held, nodeId)), { matched, next_idx: matched + 1, state }];
    }),
  );
}

/** 0 for nobody, as in protobuf. */
function peerId({ region }: StoreRegion, nodeId: string | undefined): number {
  return region.peers.find(({ store_id }) => String(store_id) === nodeId)?.id ?? 0;
}

function raftState(role: "leader" | "follower" | "candidate"): string {
  return { leader: "Leader", follower: "Follower", candidate: "Candidate" }[role];
}

function bytesOf(hex: string): number[] {
  return [...Buffer.from(hex, "hex")];
}
