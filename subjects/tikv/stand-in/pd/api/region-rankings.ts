// Regions by size: the first few by some measure, and histograms of all.
import type { RegionStatistics } from "../cluster/office.ts";
import { json, type Reply } from "../http/reply.ts";
import type { ApiRequest, Route } from "../http/routes.ts";
import type { Cluster } from "../member.ts";
import { type RegionRecord, readRegions } from "../metadata/records.ts";
import { regionList, synced } from "./regions.ts";

const V1 = "/pd/api/v1";

type Measure = (record: RegionRecord, statistics: RegionStatistics | undefined) => number;

/** The stand-in counts keys, not queries, and no processor time. */
const RANKINGS: Readonly<Record<string, Measure>> = {
  writeflow: (_, statistics) => statistics?.writtenBytes ?? 0,
  readflow: (_, statistics) => statistics?.readBytes ?? 0,
  writequery: (_, statistics) => statistics?.writtenKeys ?? 0,
  readquery: (_, statistics) => statistics?.readKeys ?? 0,
  confver: (record) => record.conf_ver,
  version: (record) => record.version,
  size: (_, statistics) => statistics?.approximateSize ?? 0,
  keys: (_, statistics) => statistics?.approximateKeys ?? 0,
  cpu: () => 0,
};

// The narrowest bars, in MiB and in keys: server/api/region.go.
const SIZE_BOUND_MIN = 1;
const KEYS_BOUND_MIN = 1_000;
const RANKED_LIMIT = 16; // defaultRegionLimit, server/api/region.go

export const REGION_RANKING_ROUTES: readonly Route[] = [
  ...Object.entries(RANKINGS).map(([name, measure]) =>
    synced(`${V1}/regions/${name}`, (cluster, request) => rank(cluster, { request, measure })),
  ),
  synced(`${V1}/regions/check/hist-size`, (cluster, request) => {
    const sizes = measureAll(cluster, (_, statistics) => statistics?.approximateSize ?? 0);
    return json(histogram(sizes, boundOf(request, SIZE_BOUND_MIN)));
  }),
  synced(`${V1}/regions/check/hist-keys`, (cluster, request) => {
    const keys = measureAll(cluster, (_, statistics) => statistics?.approximateKeys ?? 0);
    return json(histogram(keys, boundOf(request, KEYS_BOUND_MIN)));
  }),
];

interface Ranking {
  readonly request: ApiRequest;
  readonly measure: Measure;
}

/** The greatest first. */
function rank(cluster: Cluster, { request, measure }: Ranking): Reply {
  const limit = Number(request.query.get("limit") ?? RANKED_LIMIT);
  const amountOf = (record: RegionRecord) => measure(record, cluster.office.regions.get(record.id));
  const ranked = [...readRegions(cluster.member.metadata)].sort(
    (left, right) => amountOf(right) - amountOf(left),
  );
  return regionList(cluster, ranked.slice(0, limit > 0 ? limit : RANKED_LIMIT));
}

function measureAll({ member, office }: Cluster, measure: Measure): readonly number[] {
  return readRegions(member.metadata).map((record) =>
    measure(record, office.regions.get(record.id)),
  );
}

function boundOf(request: ApiRequest, boundMin: number): number {
  return Math.max(boundMin, Math.floor(Number(request.query.get("bound")) || 0));
}

/** Bars of that width, by where they start; empty ones are left out. */
function histogram(amounts: readonly number[], bound: number) {
  const counts = new Map<number, number>();
  for (const amount of amounts) {
    const bar = Math.floor(amount / bound);
    counts.set(bar, (counts.get(bar) ?? 0) + 1);
  }
  return [...counts]
    .sort(([left], [right]) => left - right)
    .map(([bar, count]) => ({ start: bar * bound, end: (bar + 1) * bound - 1, count }));
}
