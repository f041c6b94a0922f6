// Reads and writes of keys. A write is answered after its region's majority has it and it is
// applied here; a read is answered only under the leader's lease, so both are linearizable.
import { unreachable } from "../../../../src/domain/errors.ts";
import type { KvReply, PutRequest } from "../protocol.ts";
import type { ProposalOutcome } from "../raft/consensus.ts";
import { findRegion } from "./cluster.ts";
import { observe } from "./histogram.ts";
import { putCommand } from "./region-machine.ts";
import { addressOf, type RequestType, type Store, type StoreCluster } from "./store.ts";

const DEADLINE_MS = 2_000;
const LEASE_POLL_MS = 10;

export async function getKey(store: Store, request: { readonly key: string }): Promise<KvReply> {
  return measured(store, "raw_get", () => read(store, request.key));
}

export async function putKey(store: Store, request: PutRequest): Promise<KvReply> {
  return measured(store, "raw_put", () => write(store, request));
}

/**
 * What has no certain end counts as a failure, and not in the durations, as in TiKV's gRPC layer.
 */
async function measured(
  store: Store,
  type: RequestType,
  run: () => Promise<KvReply>,
): Promise<KvReply> {
  const startedAtMs = performance.now();
  const reply = await run();
  const counts = store.requests[type];
  if (reply.type === "uncertain") counts.failures += 1;
  else observe(counts.durations, performance.now() - startedAtMs);
  return reply;
}

async function read(store: Store, key: string): Promise<KvReply> {
  const { cluster } = store;
  const found = cluster && findRegion(cluster, key);
  if (!found) return { type: "not_leader", leader: null };
  const dueAtMs = store.clock.now() + DEADLINE_MS;
  while (!found.node.canRead()) {
    if (found.node.role() !== "leader") return notLeader(cluster, found.node.leaderId());
    if (store.clock.now() >= dueAtMs) return { type: "uncertain", reason: "no lease in time" };
    await store.clock.sleep(LEASE_POLL_MS);
  }
  const value = found.machine.get(key) ?? null;
  found.traffic.readKeys += 1;
  found.traffic.readBytes += key.length + (value?.length ?? 0);
  return { type: "value", value };
}

async function write(store: Store, request: PutRequest): Promise<KvReply> {
  const { key, value, expires_at_ms: expiresAtMs } = request;
  const { cluster } = store;
  const found = cluster && findRegion(cluster, key);
  // It may have waited in the socket of a store that was paused: a newer write may be done by now.
  if (expiresAtMs !== undefined && store.clock.now() >= expiresAtMs) return { type: "expired" };
  if (!found) return { type: "not_leader", leader: null };
  // Only the leader's own disk counts here. TiKV also refuses when most followers are full.
  if (found.node.role() === "leader" && store.disk.state !== "Normal") return { type: "disk_full" };
  const outcome = await found.node.propose(putCommand(key, value), DEADLINE_MS);
  const delayMs = store.failpoints.get("apply_delay_ms") ?? 0;
  if (delayMs > 0 && outcome.state === "applied") await store.clock.sleep(delayMs);
  if (outcome.state === "applied") {
    found.traffic.writtenKeys += 1;
    found.traffic.writtenBytes += key.length + value.length;
  }
  return replyOf(cluster, outcome);
}

function replyOf(cluster: StoreCluster, outcome: ProposalOutcome): KvReply {
  switch (outcome.state) {
    case "applied":
      return { type: "written" };
    case "not_leader":
      return notLeader(cluster, outcome.leaderId);
    case "uncertain":
      return { type: "uncertain", reason: outcome.reason };
    default:
      return unreachable(outcome);
  }
}

function notLeader(cluster: StoreCluster, leaderId: string | undefined): KvReply {
  return { type: "not_leader", leader: addressOf(cluster, leaderId) ?? null };
}
