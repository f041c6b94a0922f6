// The cluster as a whole, and what a stand-in has nothing to say about: hot regions, resolved time.

import { readConfig } from "../cluster/config.ts";
import { rfc3339Nano } from "../go/format.ts";
import { json, type Reply } from "../http/reply.ts";
import type { Route } from "../http/routes.ts";
import type { PdMember } from "../member.ts";
import { readBootstrapTime, readClusterId } from "../metadata/records.ts";

const V1 = "/pd/api/v1";

export const CLUSTER_ROUTES: readonly Route[] = [
  { method: "GET", path: `${V1}/cluster`, by: "leader", handle: getCluster },
  { method: "GET", path: `${V1}/cluster/status`, by: "leader", handle: getClusterStatus },
  { method: "GET", path: `${V1}/replication_mode/status`, by: "leader", handle: getMode },
  { method: "GET", path: `${V1}/hotspot/regions/read`, by: "cluster", handle: getHotRegions },
  { method: "GET", path: `${V1}/hotspot/regions/write`, by: "cluster", handle: getHotRegions },
  { method: "GET", path: `${V1}/hotspot/stores`, by: "cluster", handle: () => json({}) },
  { method: "GET", path: `${V1}/min-resolved-ts`, by: "cluster", handle: getMinResolvedTs },
  { method: "GET", path: `${V1}/min-resolved-ts/{id}`, by: "cluster", handle: getMinResolvedTs },
];

/** MaxUint64, which PD gives for "not initialised". */
const NOT_INITIALISED = 18_446_744_073_709_551_615n;

function getCluster({ metadata }: PdMember): Reply {
  return json({ id: readClusterId(metadata), max_peer_count: readConfig(metadata).maxReplicas });
}

function getClusterStatus({ metadata }: PdMember): Reply {
  const bootstrapNs = readBootstrapTime(metadata);
  return json({
    raft_bootstrap_time:
      bootstrapNs === undefined ? "0001-01-01T00:00:00Z" : rfc3339Nano(bootstrapNs),
    is_initialized: bootstrapNs !== undefined,
    replication_status: "",
  });
}

function getMode(): Reply {
  return json({ mode: "majority" });
}

/** Nothing is called hot here. */
function getHotRegions(): Reply {
  return json({ as_peer: {}, as_leader: {} });
}

/** Stand-in stores have no transactions, hence no resolved time. */
function getMinResolvedTs(): Reply {
  return json({
    is_real_time: true,
    min_resolved_ts: NOT_INITIALISED,
    persist_interval: "1s",
    stores_min_resolved_ts: null,
  });
}
