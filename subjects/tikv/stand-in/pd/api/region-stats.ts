// GET /stats/region: sums over the regions of a key range (pkg/statistics/region.go).
import { hexKey } from "../cluster/layout.ts";
import type { RegionStatistics } from "../cluster/office.ts";
import type { GoJson } from "../go/json.ts";
import { json, type Reply } from "../http/reply.ts";
import type { ApiRequest, Route } from "../http/routes.ts";
import type { Cluster } from "../member.ts";
import { type RegionRecord, readRegions } from "../metadata/records.ts";
import { regionsWithin } from "./regions.ts";

export const REGION_STATS_ROUTES: readonly Route[] = [
  { method: "GET", path: "/pd/api/v1/stats/region", by: "cluster", handle: getStats },
];

interface CountedRegion {
  readonly record: RegionRecord;
  readonly statistics: RegionStatistics | undefined;
  readonly size: number;
  readonly keys: number;
}

function getStats({ member, office }: Cluster, request: ApiRequest): Reply {
  const hex = (name: string) => hexKey(request.query.get(name) ?? "");
  const range = { startKey: hex("start_key"), endKey: hex("end_key") };
  const regions = regionsWithin(readRegions(member.metadata), range).map((record) => {
    const statistics = office.regions.get(record.id);
    const size = statistics?.approximateSize ?? 0;
    return { record, statistics, size, keys: statistics?.approximateKeys ?? 0 };
  });
  return json(request.query.has("count") ? countOnly(regions.length) : statsOf(regions));
}

function countOnly(count: number): GoJson {
  return {
    count,
    empty_count: 0,
    storage_size: 0,
    user_storage_size: 0,
    storage_keys: 0,
    store_leader_count: null,
    store_peer_count: null,
    store_leader_size: null,
    store_leader_keys: null,
    store_peer_size: null,
    store_peer_keys: null,
  };
}

function statsOf(regions: readonly CountedRegion[]): GoJson {
  const total = (amount: (region: CountedRegion) => number) =>
    regions.reduce((sum, region) => sum + amount(region), 0);
  return {
    count: regions.length,
    empty_count: regions.filter((region) => region.size <= 1).length,
    storage_size: total((region) => region.size),
    user_storage_size: total((region) => region.size),
    storage_keys: total((region) => region.keys),
    store_leader_count: sumByStore(regions, { storesOf: leaders, amountOf: () => 1 }),
    store_peer_count: sumByStore(regions, { storesOf: peers, amountOf: () => 1 }),
    store_leader_size: sumByStore(regions, { storesOf: leaders, amountOf: ({ size }) => size }),
    store_leader_keys: sumByStore(regions, { storesOf: leaders, amountOf: ({ keys }) => keys }),
    store_peer_size: sumByStore(regions, { storesOf: peers, amountOf: ({ size }) => size }),
    store_peer_keys: sumByStore(regions, { storesOf: peers, amountOf: ({ keys }) => keys }),
  };
}

function leaders({ statistics }: CountedRegion): readonly number[] {
  return statistics?.leaderStoreId === undefined ? [] : [statistics.leaderStoreId];
}

function peers({ record }: CountedRegion): readonly number[] {
  return record.peers.map((peer) => peer.store_id);
}

interface Summation {
  readonly storesOf: (region: CountedRegion) => readonly number[];
  readonly amountOf: (region: CountedRegion) => number;
}

function sumByStore(
  regions: readonly CountedRegion[],
  { storesOf, amountOf }: Summation,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const region of regions) {
    for (const storeId of storesOf(region)) {
      sums.set(`${storeId}`, (sums.get(`${storeId}`) ?? 0) + amountOf(region));
    }
  }
  return sums;
}
