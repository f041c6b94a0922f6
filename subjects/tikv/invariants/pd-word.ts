// What PD says of each store: silent, being removed, short of space.

import {
  holds,
  judgeEach,
  judgeRead,
  type Opinion,
  unknown,
  violated,
} from "../../../src/domain/opinion.ts";
import type { ListedStore, StoreSighting, TikvObservation } from "../observation.ts";
import { countNeeded, countStaying } from "../observe/staying.ts";
import { scaleTime, type TikvInvariant } from "./judge.ts";

const GIB = 1024 ** 3;
/** low-space-ratio 0.8: pkg/schedule/config/config.go. */
const FREE_SHARE_MIN = 0.2;
/** A small store with this much left is not low: pkg/core/store.go IsLowSpace. */
const SMALL_STORE = { regionCount: 100, freeBytes: 8 * GIB };

export function storeDown(timeScale: number): TikvInvariant {
  return {
    name: "store_down",
    describes: "PD hears every store: it lists each, and none as Disconnected or Down.",
    severity: "critical",
    // A new PD leader calls every store Disconnected until its next heartbeat, every 10 s.
    forMs: scaleTime({ realMs: 20_000, floorMs: 5_000 }, timeScale),
    settleMs: 2_000,
    judge: ({ current }) => judgeEach(current.stores, ({ listed }) => judgeRead(listed, judgeDown)),
  };
}

export const storeOffline: TikvInvariant = {
  name: "store_offline",
  describes: "No store is left Offline, on its way out of the cluster.",
  severity: "warning",
  forMs: 3_000,
  settleMs: 2_000,
  judge: ({ current }) =>
    judgeEach(current.stores, (store) =>
      judgeListed(store, (listed) => judgeOffline(listed, current)),
    ),
};

export const lowSpace: TikvInvariant = {
  name: "low_space",
  describes: "Every store has more free space than PD's bound for low space.",
  severity: "critical",
  forMs: 3_000,
  settleMs: 5_000,
  judge: ({ current }) => judgeEach(current.stores, (store) => judgeListed(store, judgeSpace)),
};

function judgeListed({ listed }: StoreSighting, judge: (listed: ListedStore) => Opinion): Opinion {
  return judgeRead(listed, (entry) => (entry ? judge(entry) : unknown("PD does not list it")));
}

/** PD forgets no store by itself: one that is not on its list was lost, not fixed. */
function judgeDown(listed: ListedStore | null): Opinion {
  if (listed === null) return violated("PD does not list it", { listed: false });
  const { id, stateName, lastHeartbeat } = listed;
  if (stateName !== "Disconnected" && stateName !== "Down") return holds(`PD says ${stateName}`);
  const evidence = { store_id: id, state_name: stateName, last_heartbeat: lastHeartbeat };
  return violated(`PD says ${stateName}`, evidence);
}

function judgeOffline(
  { id, stateName, regionCount }: ListedStore,
  current: TikvObservation,
): Opinion {
  if (stateName !== "Offline") return holds(`PD says ${stateName}`);
  const evidence = {
    ...{ store_id: id, state_name: stateName, region_count: regionCount },
    stores_staying: countStaying(current) ?? null,
    stores_needed: countNeeded(current) ?? null,
  };
  return violated(`left Offline with ${regionCount} regions on it`, evidence);
}

function judgeSpace(listed: ListedStore): Opinion {
  const { id, capacityBytes, availableBytes, regionCount } = listed;
  if (capacityBytes === null || availableBytes === null) {
    return unknown("PD has had no heartbeat with its capacity yet");
  }
  const percent = Math.round((1000 * availableBytes) / capacityBytes) / 10;
  const isSmall = regionCount < SMALL_STORE.regionCount && availableBytes > SMALL_STORE.freeBytes;
  if (isSmall || availableBytes >= FREE_SHARE_MIN * capacityBytes)
    return holds(`${percent} % free`);
  const evidence = {
    store_id: id,
    capacity_bytes: capacityBytes,
    available_bytes: availableBytes,
    region_count: regionCount,
  };
  return violated(`${percent} % free, the bound is ${100 * FREE_SHARE_MIN} %`, evidence);
}
