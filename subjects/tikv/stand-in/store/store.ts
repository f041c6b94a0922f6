// One store while it runs: what it is told, what it holds, and what it has counted. Everything else
// in this folder takes it as its first argument.
import type { Clock } from "../../../../src/domain/clock.ts";
import type { Log } from "../log.ts";
import type { Region } from "../protocol.ts";
import type { RaftNode } from "../raft/consensus.ts";
import type { RaftHost } from "../raft/host.ts";
import type { Config } from "./config.ts";
import { type DiskSpace, measureDisk } from "./disk.ts";
import { createHistogram, type Histogram } from "./histogram.ts";
import type { RegionMachine } from "./region-machine.ts";
import type { StoreSettings } from "./settings.ts";

export interface Store {
  readonly settings: StoreSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: Config;
  readonly startedAtMs: number;
  /** Faults switched on over HTTP, gone after a restart. */
  readonly failpoints: Map<Failpoint, number>;
  readonly requests: Readonly<Record<RequestType, RequestCounts>>;
  readonly pdCounts: { heartbeats: number; failures: number; isLost: boolean };
  disk: DiskSpace;
  /** Undefined until PD has given this store its id and its regions. */
  cluster: StoreCluster | undefined;
}

export interface StoreCluster {
  readonly storeId: number;
  readonly host: RaftHost;
  /** By start key. */
  readonly regions: readonly StoreRegion[];
  /** host:port by store id. */
  readonly addresses: ReadonlyMap<number, string>;
}

export interface StoreRegion {
  readonly region: Region;
  readonly node: RaftNode;
  readonly machine: RegionMachine;
  /** Since the last heartbeat to PD. */
  readonly traffic: RegionTraffic;
}

export interface RegionTraffic {
  readBytes: number;
  readKeys: number;
  writtenBytes: number;
  writtenKeys: number;
}

export type RequestType = "raw_get" | "raw_put";

export interface RequestCounts {
  readonly durations: Histogram;
  failures: number;
}

/** `apply_delay_ms` holds back the answers of writes; `used_bytes` fills the disk, so to speak. */
export const FAILPOINTS = ["apply_delay_ms", "used_bytes"] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

export function createStore(options: {
  readonly settings: StoreSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: Config;
}): Store {
  const store: Store = {
    ...options,
    startedAtMs: options.clock.now(),
    failpoints: new Map(),
    requests: { raw_get: noRequests(), raw_put: noRequests() },
    pdCounts: { heartbeats: 0, failures: 0, isLost: false },
    disk: { capacityBytes: 0, availableBytes: 0, usedBytes: 0, state: "Normal" },
    cluster: undefined,
  };
  refreshDisk(store);
  return store;
}

/** Looks at the disk again, and says so in the log when its state is another than before. */
export function refreshDisk(store: Store): void {
  const { settings, config, failpoints } = store;
  const before = store.disk.state;
  store.disk = measureDisk({
    databaseFile: settings.databaseFile,
    otherBytes: settings.disk.usedBytes + (failpoints.get("used_bytes") ?? 0),
    config,
  });
  const { state, availableBytes, capacityBytes } = store.disk;
  if (state === before) return;
  const sizes = `available=${availableBytes},capacity=${capacityBytes}`;
  store.log.warn(`disk usage ${before}->${state} (${sizes})`);
}

export function ledRegions(store: Store): readonly StoreRegion[] {
  return (store.cluster?.regions ?? []).filter(({ node }) => node.role() === "leader");
}

export function addressOf(cluster: StoreCluster, nodeId: string | undefined): string | undefined {
  return nodeId === undefined ? undefined : cluster.addresses.get(Number(nodeId));
}

function noRequests(): RequestCounts {
  return { durations: createHistogram(), failures: 0 };
}
