// What one look at a TiKV cluster yields. Plain data that survives JSON: ids are text, because PD's
// are uint64; sizes are bytes, durations and times milliseconds.
import type { Observation, Reading } from "../../src/domain/observation.ts";

export interface TikvObservation extends Observation {
  readonly declared: Declaration;
  /** Every declared PD member, in declared order, as it answered for itself. */
  readonly pdMembers: readonly PdSighting[];
  /** Every declared store, in declared order, as it answered for itself and as PD lists it. */
  readonly stores: readonly StoreSighting[];
  readonly leadership: Reading<Leadership>;
  readonly undeclared: Undeclared;
  /**
   * PD's own probe of its members, by name. Asked for only where we cannot reach one ourselves, or
   * nobody declared it.
   */
  readonly pdHealth: Reading<Readonly<Record<string, boolean>>>;
  readonly schedulers: Reading<Schedulers>;
  readonly replication: Reading<Replication>;
  /** How many voters the placement rules give to the range that has fewest; null: none says. */
  readonly fewestVoters: Reading<number | null>;
  readonly regions: Reading<RegionHealth>;
}

/** How the cluster should be: by its topology, or as the first good observations found it. */
export interface Declaration {
  /** False when it was found and not declared by a topology. */
  readonly isGiven: boolean;
  readonly pdMembers: readonly DeclaredPd[];
  readonly stores: readonly DeclaredStore[];
  /** Names of the schedulers that must be there. */
  readonly schedulers: readonly string[];
  /** Null until it was seen. */
  readonly replication: Replication | null;
}

/** Whom PD lists beside them, and whom it does not list. */
export interface Undeclared {
  /** Declared PD members that are not on its list: they vote no more. */
  readonly unlistedPds: Reading<readonly string[]>;
  /** Names; who was never up has an empty one. */
  readonly pdMembers: Reading<readonly string[]>;
  /** Neither tombstones nor columnar. */
  readonly stores: Reading<readonly ListedStore[]>;
}

export interface DeclaredPd {
  readonly name: string;
  /** Of the client port, without a trailing slash. */
  readonly url: string;
}

export interface DeclaredStore {
  /** The member's name, or the store's address where only PD names it. */
  readonly name: string;
  /** host:port. */
  readonly address: string;
  /** Of the status port, without a trailing slash; null when the store announces none. */
  readonly statusUrl: string | null;
}

/** Silence is a reading: the peer was asked and did not answer as a living member does. */
export type Liveness =
  | { readonly state: "answers" }
  | {
      readonly state: "silent";
      readonly reason: string;
      /** Nothing came back at all, so that the way to the peer may be to blame. */
      readonly isTimeout: boolean;
    };

export interface PdSighting extends DeclaredPd {
  readonly liveness: Reading<Liveness>;
  readonly metrics: Reading<PdMetrics>;
}

export interface PdMetrics {
  readonly startedAtMs: number;
  /** It holds PD's leadership, by its own word. */
  readonly isLeader: boolean;
  /** Whether its part of etcd knows a leader; null where the page does not say. */
  readonly hasEtcdLeader: boolean | null;
  /** Null where this member has none: a follower, or a leader that has not counted yet. */
  readonly regions: RegionHealth | null;
}

/** Numbers of regions; null where PD does not report the kind. */
export interface RegionHealth {
  readonly missPeer: number | null;
  readonly downPeer: number | null;
  readonly pendingPeer: number | null;
  readonly offlinePeer: number | null;
}

export interface StoreSighting extends DeclaredStore {
  readonly liveness: Reading<Liveness>;
  readonly metrics: Reading<StoreMetrics>;
  /** Null when PD's list was read and this store is not on it. */
  readonly listed: Reading<ListedStore | null>;
  readonly traffic: Reading<Traffic>;
}

export interface StoreMetrics {
  readonly startedAtMs: number;
  readonly leaderCount: number | null;
  /** Peers that know no leader. */
  readonly leaderMissing: number | null;
  readonly capacityBytes: number | null;
  readonly availableBytes: number | null;
  /** Durations of point reads and writes since the process started. */
  readonly latency: Histogram;
}

/** Cumulative, as Prometheus has it, without the bucket of +Inf: that one is `total`. */
export interface Histogram {
  /** Ascending. */
  readonly boundsMs: readonly number[];
  readonly counts: readonly number[];
  readonly total: number;
}

/** Between two scrapes of one process. */
export interface Traffic {
  readonly opsPerSecond: number;
  /** Requests that ended in the window. */
  readonly samples: number;
  /** Null when there were none. */
  readonly p99Ms: number | null;
  readonly windowMs: number;
}

export interface ListedStore {
  readonly id: string;
  readonly address: string;
  readonly statusAddress: string | null;
  /** Up, Disconnected, Down, Offline or Tombstone. */
  readonly stateName: string;
  /** Null until PD has had a heartbeat of it: after a change of PD's leader it says 0B. */
  readonly capacityBytes: number | null;
  readonly availableBytes: number | null;
  readonly leaderCount: number;
  readonly leaderWeight: number;
  readonly regionCount: number;
  readonly lastHeartbeat: string | null;
  /** Columnar replicas lead no region. */
  readonly isTiflash: boolean;
}

export interface Leadership {
  readonly clusterId: string | null;
  /** Names; null when there is none. */
  readonly leader: string | null;
  readonly etcdLeader: string | null;
  /** How it is known, for a person. */
  readonly source: string;
}

export interface Schedulers {
  /** Sorted. */
  readonly names: readonly string[];
  /** Ids of stores whose leaders are being evicted; null when that could not be read. */
  readonly evictedStoreIds: readonly string[] | null;
}

export interface Replication {
  readonly maxReplicas: number;
  /** Comma separated, as PD has it. */
  readonly locationLabels: string;
}
