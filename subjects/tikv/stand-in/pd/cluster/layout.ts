// How the key space is cut into regions when the cluster is bootstrapped: evenly over the load
// generator's keys, user0000000000 to user9999999999, one peer per store.
import type { RegionRecord } from "../metadata/records.ts";

export interface LayoutPlan {
  readonly regionCount: number;
  readonly storeIds: readonly number[];
  /** The first id that is free; ids are taken from it in order. */
  readonly firstId: number;
}

export interface Layout {
  readonly regions: readonly RegionRecord[];
  readonly nextId: number;
}

const KEY_SPACE = 10 ** 10;

export function layOutRegions({ regionCount, storeIds, firstId }: LayoutPlan): Layout {
  const idsPerRegion = 1 + storeIds.length;
  const regions = Array.from({ length: regionCount }, (_, index) => {
    const id = firstId + index * idsPerRegion;
    return {
      id,
      start_key: index === 0 ? "" : boundary(index / regionCount),
      end_key: index === regionCount - 1 ? "" : boundary((index + 1) / regionCount),
      conf_ver: 1,
      version: 1,
      peers: storeIds.map((storeId, place) => ({ id: id + 1 + place, store_id: storeId })),
    };
  });
  return { regions, nextId: firstId + regionCount * idsPerRegion };
}

/** The key at this fraction of the keys, in uppercase hex. */
function boundary(fraction: number): string {
  const digits = String(Math.floor(fraction * KEY_SPACE)).padStart(10, "0");
  return hexKey(`user${digits}`);
}

export function hexKey(key: string): string {
  return Buffer.from(key, "utf8").toString("hex").toUpperCase();
}
