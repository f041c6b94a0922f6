// The store's place in the cluster: its id and regions as PD gave them, kept beside the database,
// so that after a restart it serves with no PD alive.
import { join } from "node:path";
import type { z } from "zod";
import { type JoinReply, joinReplySchema, KV_PATHS, type Region } from "../protocol.ts";
import { RaftHost } from "../raft/host.ts";
import { durableJson } from "./durable-json.ts";
import { openRegionMachine } from "./region-machine.ts";
import type { StoreSettings } from "./settings.ts";
import type { Store, StoreCluster, StoreRegion } from "./store.ts";

export function loadPlacement(settings: StoreSettings): JoinReply | undefined {
  return placementFile(settings).load();
}

export function savePlacement(settings: StoreSettings, placement: JoinReply): void {
  placementFile(settings).save(placement);
}

/** Opens the database and takes part in every region. The caller disposes the host. */
export function openCluster(
  store: Store,
  options: { readonly placement: JoinReply; readonly random: () => number },
): StoreCluster {
  const { store_id, regions, stores } = options.placement;
  const addresses = new Map(stores.map(({ id, address }) => [id, address]));
  const host = new RaftHost({
    databaseFile: store.settings.databaseFile,
    nodeId: String(store_id),
    urlOf: (nodeId) => raftUrl(addresses.get(Number(nodeId))),
    timings: store.settings.timings.raft,
    clock: store.clock,
    random: options.random,
  });
  const ordered = regions.toSorted((left, right) => (left.start_key < right.start_key ? -1 : 1));
  const opened = ordered.map((region) => openRegion(host, region));
  return { storeId: store_id, host, regions: opened, addresses };
}

/** The region that holds the key; undefined when this store has no peer of it. */
export function findRegion(cluster: StoreCluster, key: string): StoreRegion | undefined {
  const hex = Buffer.from(key, "utf8").toString("hex").toUpperCase();
  return cluster.regions.find(
    ({ region }) => region.start_key <= hex && (region.end_key === "" || hex < region.end_key),
  );
}

function openRegion(host: RaftHost, region: Region): StoreRegion {
  const machine = openRegionMachine(host.database, region.id);
  const node = host.addGroup({
    groupId: region.id,
    peers: region.peers.map((peer) => String(peer.store_id)),
    stateMachine: machine,
  });
  const traffic = { readBytes: 0, readKeys: 0, writtenBytes: 0, writtenKeys: 0 };
  return { region, node, machine, traffic };
}

function placementFile(settings: StoreSettings) {
  const schema: z.ZodType<JoinReply> = joinReplySchema;
  return durableJson(join(settings.dataDir, "placement.json"), schema);
}

function raftUrl(address: string | undefined): string | undefined {
  return address === undefined ? undefined : `http://${address}${KV_PATHS.raft}`;
}
