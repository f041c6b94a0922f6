// A store announces itself; when enough have, the cluster is bootstrapped.
import type { JoinReply, JoinRequest } from "../../protocol.ts";
import type { Cluster, PdMember } from "../member.ts";
import {
  KEYS,
  readBootstrapTime,
  readNextId,
  readRegions,
  readStores,
  type StoreRecord,
} from "../metadata/records.ts";
import { readConfig } from "./config.ts";
import { layOutRegions } from "./layout.ts";
import { uncollected } from "./office.ts";
import { type Change, putJson, type WriteOutcome, writeSerially } from "./write.ts";

export type JoinOutcome =
  | { readonly state: "joined"; readonly reply: JoinReply }
  | Exclude<WriteOutcome, { readonly state: "written" }>;

const DEFAULT_LIMIT = { add_peer: 15, remove_peer: 15 };

/** Idempotent: the same address gets the same id, unless its store is gone for good. */
export async function joinStore(cluster: Cluster, request: JoinRequest): Promise<JoinOutcome> {
  const { member, office } = cluster;
  const joined = await writeSerially(cluster, () => joinChange(member, request));
  if (joined.state !== "written") return joined;
  const bootstrapped = await writeSerially(cluster, () => bootstrapChange(member));
  if (bootstrapped.state !== "written") return bootstrapped;
  for (const { id } of readRegions(member.metadata)) {
    if (!office.regions.has(id)) office.regions.set(id, uncollected(undefined));
  }
  return { state: "joined", reply: joinReply(member, request.address) };
}

function joinChange(member: PdMember, request: JoinRequest): Change | undefined {
  const known = storeAt(member, request.address);
  const nextId = readNextId(member.metadata);
  const record: StoreRecord = {
    ...(known ?? newStore(nextId)),
    address: request.address,
    status_address: request.status_address,
    version: request.version,
    start_timestamp: request.start_timestamp,
    labels: known && known.labels.length > 0 ? known.labels : request.labels,
  };
  if (known) return { puts: [putJson(KEYS.store(known.id), record)] };
  member.log.info("put store", { "store-id": nextId, "store-address": request.address });
  return { puts: [putJson(KEYS.nextId, nextId + 1), putJson(KEYS.store(nextId), record)] };
}

function storeAt(member: PdMember, address: string): StoreRecord | undefined {
  return readStores(member.metadata).find(
    (store) =>
      store.address === address && store.state !== "Tombstone" && !store.physically_destroyed,
  );
}

function newStore(id: number): StoreRecord {
  return {
    id,
    address: "",
    status_address: "",
    state: "Up",
    labels: [],
    version: "",
    start_timestamp: 0,
    last_heartbeat: "0",
    physically_destroyed: false,
    leader_weight: 1,
    region_weight: 1,
    limit: DEFAULT_LIMIT,
    limit_before_offline: null,
  };
}

function bootstrapChange(member: PdMember): Change | undefined {
  const { maxReplicas } = readConfig(member.metadata);
  const stores = readStores(member.metadata).filter((store) => store.state === "Up");
  if (readBootstrapTime(member.metadata) !== undefined || stores.length < maxReplicas) {
    return undefined;
  }
  const storeIds = stores.slice(0, maxReplicas).map((store) => store.id);
  const { regionCount } = member.settings;
  const firstId = readNextId(member.metadata);
  const layout = layOutRegions({ regionCount, storeIds, firstId });
  const bootstrapNs = BigInt(member.clock.now()) * 1_000_000n;
  member.log.info("bootstrap cluster ok", { regions: regionCount, stores: storeIds.join(",") });
  return {
    puts: [
      putJson(KEYS.nextId, layout.nextId),
      { key: KEYS.bootstrapTime, value: `${bootstrapNs}` },
      ...layout.regions.map((region) => putJson(KEYS.region(region.id), region)),
    ],
  };
}

function joinReply(member: PdMember, address: string): JoinReply {
  const storeId = storeAt(member, address)?.id ?? 0;
  const regions = readRegions(member.metadata).filter((region) =>
    region.peers.some((peer) => peer.store_id === storeId),
  );
  return {
    store_id: storeId,
    regions: regions.map(({ id, start_key, end_key, peers }) => ({
      id,
      start_key,
      end_key,
      peers,
    })),
    stores: readStores(member.metadata).map(({ id, address }) => ({ id, address })),
  };
}
