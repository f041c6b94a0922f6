// One region as PD's API shows it, field for field as region_easyjson.go of v8.5.7 writes it.
import { type Office, type RegionStatistics, uncollected } from "../cluster/office.ts";
import type { GoJson } from "../go/json.ts";
import type { Peer, RegionRecord } from "../metadata/records.ts";

/** What GET /region/id answers for an id that nobody has: 200, and a region of nothing. */
export const NO_REGION: GoJson = {
  id: 0,
  start_key: "",
  end_key: "",
  leader: { role_name: "" },
  cpu_usage: 0,
  written_bytes: 0,
  read_bytes: 0,
  written_keys: 0,
  read_keys: 0,
  approximate_size: 0,
  approximate_keys: 0,
};

export function regionInfo(office: Office, record: RegionRecord): GoJson {
  const statistics = office.regions.get(record.id) ?? uncollected(undefined);
  return {
    id: record.id,
    start_key: record.start_key,
    end_key: record.end_key,
    epoch: { conf_ver: record.conf_ver, version: record.version },
    peers: record.peers.length > 0 ? record.peers.map(peerJson) : undefined,
    leader: leaderJson(record, statistics),
    down_peers: downPeersJson(statistics),
    pending_peers:
      statistics.pendingPeers.length > 0 ? statistics.pendingPeers.map(peerJson) : undefined,
    cpu_usage: 0,
    written_bytes: statistics.writtenBytes,
    read_bytes: statistics.readBytes,
    written_keys: statistics.writtenKeys,
    read_keys: statistics.readKeys,
    approximate_size: statistics.approximateSize,
    approximate_keys: statistics.approximateKeys,
  };
}

function peerJson(peer: Peer): GoJson {
  return { role_name: "Voter", id: peer.id, store_id: peer.store_id };
}

function leaderJson(record: RegionRecord, statistics: RegionStatistics): GoJson {
  const leader = record.peers.find((peer) => peer.store_id === statistics.leaderStoreId);
  return leader ? peerJson(leader) : { role_name: "" };
}

function downPeersJson({ downPeers }: RegionStatistics): GoJson | undefined {
  if (downPeers.length === 0) return undefined;
  return downPeers.map(({ peer, down_seconds }) => ({ peer: peerJson(peer), down_seconds }));
}
