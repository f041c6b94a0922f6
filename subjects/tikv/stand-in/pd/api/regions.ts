// Reading regions: all, by id, by key, by store, by what is wrong with them, and their statistics.
import { hexKey } from "../cluster/layout.ts";
import { REGION_FINDINGS } from "../cluster/office.ts";
import { ERRORS } from "../go/errors.ts";
import type { GoJson } from "../go/json.ts";
import { json, pageNotFound, type Reply, regionBytes } from "../http/reply.ts";
import type { ApiRequest, Route } from "../http/routes.ts";
import type { Cluster } from "../member.ts";
import { type RegionRecord, readRegions } from "../metadata/records.ts";
import { readId } from "./body.ts";
import { NO_REGION, regionInfo } from "./region-info.ts";

const V1 = "/pd/api/v1";

export const REGION_ROUTES: readonly Route[] = [
  synced(`${V1}/regions`, getRegions),
  synced(`${V1}/regions/count`, countRegions),
  synced(`${V1}/regions/key`, scanRegions),
  synced(`${V1}/regions/store/{id}`, getStoreRegions),
  synced(`${V1}/regions/sibling/{id}`, getSiblings),
  { method: "GET", path: `${V1}/regions/check/{what}`, by: "cluster", handle: checkRegions },
  synced(`${V1}/region/id/{id}`, getRegion),
  synced(`${V1}/region/key/{key}`, getRegionOfKey),
];

type RegionReader = (cluster: Cluster, request: ApiRequest) => Reply;

/** A read that a follower may answer, too. */
export function synced(path: string, handle: RegionReader): Route {
  return { method: "GET", path, isSynced: true, by: "cluster", handle };
}

const SCAN_LIMIT = 16; // defaultRegionLimit, server/api/region.go

function getRegions(cluster: Cluster): Reply {
  return regionList(cluster, readRegions(cluster.member.metadata));
}

function countRegions({ member }: Cluster): Reply {
  return json({ count: readRegions(member.metadata).length, regions: null });
}

function scanRegions(cluster: Cluster, request: ApiRequest): Reply {
  const isHex = request.query.get("format") === "hex";
  const hex = (name: string) => hexOf(request.query.get(name) ?? "", isHex);
  const limit = Number(request.query.get("limit") ?? SCAN_LIMIT);
  const range = { startKey: hex("key"), endKey: hex("end_key") };
  const regions = regionsWithin(readRegions(cluster.member.metadata), range);
  return regionList(cluster, limit > 0 ? regions.slice(0, limit) : regions);
}

function getStoreRegions(cluster: Cluster, request: ApiRequest): Reply {
  const id = readId(request.params.id);
  if (id.state === "malformed") return id.reply;
  const type = request.query.get("type") ?? "all";
  const regions = readRegions(cluster.member.metadata).filter((region) =>
    isOnStore(cluster, { region, storeId: id.value, type }),
  );
  return regionList(cluster, regions);
}

/** The regions before and after it. */
function getSiblings(cluster: Cluster, request: ApiRequest): Reply {
  const id = readId(request.params.id);
  if (id.state === "malformed") return id.reply;
  const regions = readRegions(cluster.member.metadata);
  const region = regions.find((record) => record.id === id.value);
  if (!region) return json(ERRORS.regionNotFound(id.value), 404);
  const { start_key: start, end_key: end } = region;
  const before = regions.filter(({ end_key }) => start !== "" && end_key === start);
  const after = regions.filter(({ start_key }) => end !== "" && start_key === end);
  return regionList(cluster, [...before, ...after]);
}

/** The order is random, as it comes from a Go map. */
function checkRegions(cluster: Cluster, request: ApiRequest): Reply {
  const { member, office } = cluster;
  const finding = REGION_FINDINGS.find((name) => name === request.params.what);
  if (finding === undefined) return pageNotFound();
  const regions = readRegions(member.metadata).filter(
    ({ id }) => office.regions.get(id)?.findings.includes(finding) === true,
  );
  return regionList(cluster, shuffled(regions, member.random));
}

function getRegion(cluster: Cluster, request: ApiRequest): Reply {
  const id = readId(request.params.id);
  if (id.state === "malformed") return id.reply;
  const region = readRegions(cluster.member.metadata).find((record) => record.id === id.value);
  return regionBytes(region ? regionInfo(cluster.office, region) : NO_REGION);
}

function getRegionOfKey(cluster: Cluster, request: ApiRequest): Reply {
  const isHex = request.query.get("format") === "hex";
  const key = hexOf(request.params.key ?? "", isHex);
  const region = readRegions(cluster.member.metadata).find((record) => holdsKey(record, key));
  return regionBytes(region ? regionInfo(cluster.office, region) : NO_REGION);
}

/** Those that share a key with [startKey, endKey), in key order. Keys in uppercase hex. */
export function regionsWithin(
  regions: readonly RegionRecord[],
  { startKey, endKey }: { readonly startKey: string; readonly endKey: string },
): readonly RegionRecord[] {
  return regions
    .filter(
      (region) =>
        (region.end_key === "" || region.end_key > startKey) &&
        (endKey === "" || region.start_key < endKey),
    )
    .sort((left, right) => (left.start_key < right.start_key ? -1 : 1));
}

/** A new order, by chance. */
export function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  const keyed = items.map((item) => ({ item, order: random() }));
  return keyed.sort((left, right) => left.order - right.order).map(({ item }) => item);
}

export function regionList(cluster: Cluster, records: readonly RegionRecord[]): Reply {
  const regions: GoJson = records.map((record) => regionInfo(cluster.office, record));
  return regionBytes({ count: records.length, regions });
}

function hexOf(text: string, isHex: boolean): string {
  return isHex ? text.toUpperCase() : hexKey(text);
}

function holdsKey(region: RegionRecord, key: string): boolean {
  return region.start_key <= key && (region.end_key === "" || key < region.end_key);
}

interface Placement {
  readonly region: RegionRecord;
  readonly storeId: number;
  readonly type: string;
}

function isOnStore({ office }: Cluster, { region, storeId, type }: Placement): boolean {
  const isPeer = region.peers.some((peer) => peer.store_id === storeId);
  const statistics = office.regions.get(region.id);
  const isLeader = statistics?.leaderStoreId === storeId;
  if (type === "leader") return isLeader;
  if (type === "follower") return isPeer && !isLeader;
  if (type === "pending") {
    return statistics?.pendingPeers.some((peer) => peer.store_id === storeId) === true;
  }
  return type === "all" && isPeer;
}
