// Reading stores: lists by state, one by id, their trend.
import { type StoreView, viewStores } from "../cluster/stores.ts";
import { ERRORS } from "../go/errors.ts";
import { rfc3339Nano } from "../go/format.ts";
import type { GoJson } from "../go/json.ts";
import { json, type Reply } from "../http/reply.ts";
import type { ApiRequest, Route } from "../http/routes.ts";
import type { Cluster } from "../member.ts";
import { readId } from "./body.ts";
import { storeInfo, uptimeOf } from "./store-info.ts";

export const STORE_ROUTES: readonly Route[] = [
  { method: "GET", path: "/pd/api/v1/stores", by: "cluster", handle: getStores },
  { method: "GET", path: "/pd/api/v1/stores/check", by: "cluster", handle: checkStores },
  { method: "GET", path: "/pd/api/v1/stores/progress", by: "cluster", handle: getProgress },
  { method: "GET", path: "/pd/api/v1/store/{id}", by: "cluster", handle: getStore },
  { method: "GET", path: "/pd/api/v1/trend", by: "cluster", handle: getTrend },
];

/** metapb.StoreState. */
const STATE_NUMBERS = { Up: 0, Offline: 1, Tombstone: 2 } as const;
const DEFAULT_STATES: readonly number[] = [STATE_NUMBERS.Up, STATE_NUMBERS.Offline];
const STATE_NAMES: readonly string[] = ["up", "offline", "tombstone", "down", "disconnected"];
/** time.Time{} in Unix seconds: where a trend without `from` starts. */
const ZERO_TIME = -62_135_596_800;

function getStores(cluster: Cluster, request: ApiRequest): Reply {
  const asked = request.query.getAll("state");
  const bad = asked.find((text) => !/^\d+$/.test(text));
  if (bad !== undefined) {
    return json(`strconv.ParseInt: parsing ${JSON.stringify(bad)}: invalid syntax`, 500);
  }
  const states = asked.length > 0 ? asked.map(Number) : DEFAULT_STATES;
  const stores = viewStores(cluster).filter((store) =>
    states.includes(STATE_NUMBERS[store.record.state]),
  );
  return storeList(stores);
}

function checkStores(cluster: Cluster, request: ApiRequest): Reply {
  const asked = request.query.getAll("state").map((name) => name.toLowerCase());
  const bad = asked.find((name) => !STATE_NAMES.includes(name));
  if (bad !== undefined) return json(`unknown StoreState: ${bad}`, 400);
  const stores = viewStores(cluster).filter(
    (store) => asked.length === 0 || asked.includes(store.stateName.toLowerCase()),
  );
  return storeList(stores);
}

function storeList(stores: readonly StoreView[]): Reply {
  return json({ count: stores.length, stores: stores.map(storeInfo) });
}

function getStore(cluster: Cluster, request: ApiRequest): Reply {
  const id = readId(request.params.id);
  if (id.state === "malformed") return id.reply;
  const store = viewStores(cluster).find(({ record }) => record.id === id.value);
  return store ? json(storeInfo(store)) : json(ERRORS.storeNotFound(id.value), 404);
}

/** Regions never move between stores here, so nothing ever has a progress. */
function getProgress(_: Cluster, request: ApiRequest): Reply {
  const what = request.query.get("id") ?? request.query.get("action") ?? "";
  return json(`[PD:progress:ErrProgressNotFound]no progress found for ${what}`, 404);
}

function getTrend(cluster: Cluster, request: ApiRequest): Reply {
  const stores = viewStores(cluster).map(trendOf);
  const from = request.query.get("from");
  const start = from === null ? ZERO_TIME : Number(from);
  const end = Math.floor(cluster.member.clock.now() / 1000);
  return json({ stores, history: { start, end, entries: [] } });
}

function trendOf(store: StoreView): GoJson {
  const { record, statistics } = store;
  return {
    id: record.id,
    address: record.address,
    state_name: store.stateName,
    capacity: statistics?.capacity ?? 0,
    available: statistics?.available ?? 0,
    region_count: store.regionCount,
    leader_count: store.leaderCount,
    start_ts: rfc3339Nano(BigInt(record.start_timestamp) * 1_000_000_000n),
    last_heartbeat_ts: rfc3339Nano(store.lastHeartbeatNs),
    uptime: uptimeOf(store),
    hot_write_flow: 0,
    hot_write_region_flows: null,
    hot_read_flow: 0,
    hot_read_region_flows: null,
  };
}
