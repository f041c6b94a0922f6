// What the PD leader holds in memory, from taking office until it loses the lease: everything that
// heartbeats tell. A new leader begins with what the metadata knows, and no more.

import { type Peer, readRegionLeader, readRegions } from "../metadata/records.ts";
import type { MetadataReplica } from "../metadata/replica.ts";
import type { Operator } from "../schedule/operators.ts";

export interface Office {
  /** The leader key's text; every write of the PD leader depends on it. */
  readonly leaderText: string;
  readonly nonce: string;
  readonly sinceMs: number;
  /** By own clock; moved on by each renewal. */
  validUntilMs: number;
  renewals: number;
  renewedAtMs: number;
  readonly stores: Map<number, StoreStatistics>;
  readonly regions: Map<number, RegionStatistics>;
  /** Running ones, by region. */
  readonly operators: Map<number, Operator>;
  /** Finished ones, oldest first, kept for some minutes. */
  readonly finishedOperators: Operator[];
  /** Paused schedulers by name. */
  readonly pauses: Map<string, Pause>;
  readonly operatorCounts: Map<string, number>;
  /** True once enough regions have heartbeated for the schedulers to begin. */
  isPrepared: boolean;
  storesCheckedAtMs: number;
  /** By member name, as last probed. */
  memberHealth: ReadonlyMap<string, boolean>;
  /** Writes of this leader, one after the other. */
  writing: Promise<unknown>;
}

/** From store heartbeats, in bytes. */
export interface StoreStatistics {
  readonly capacity: number;
  readonly available: number;
  readonly usedSize: number;
  readonly slowScore: number;
  readonly isBusy: boolean;
  readonly lastHeartbeatNs: bigint;
  /** When last_heartbeat was last written to the metadata. */
  readonly persistedAtMs: number;
}

export const REGION_FINDINGS = [
  "miss-peer",
  "extra-peer",
  "down-peer",
  "pending-peer",
  "offline-peer",
  "learner-peer",
  "empty-region",
  "oversized-region",
  "undersized-region",
] as const;
export type RegionFinding = (typeof REGION_FINDINGS)[number];

/** From the heartbeats of a region's leader; stays as it was when they stop. */
export interface RegionStatistics {
  readonly leaderStoreId: number | undefined;
  readonly term: number;
  readonly downPeers: readonly { readonly peer: Peer; readonly down_seconds: number }[];
  readonly pendingPeers: readonly Peer[];
  /** MiB. */
  readonly approximateSize: number;
  readonly approximateKeys: number;
  readonly writtenBytes: number;
  readonly readBytes: number;
  readonly writtenKeys: number;
  readonly readKeys: number;
  /** What was wrong with it at the last heartbeat. */
  readonly findings: readonly RegionFinding[];
  /** False until its leader has heartbeated to this PD leader. */
  readonly isCollected: boolean;
}

export interface Pause {
  readonly pausedAtMs: number;
  readonly resumesAtMs: number;
}

export interface Accession {
  readonly leaderText: string;
  readonly nonce: string;
  readonly nowMs: number;
  readonly validUntilMs: number;
}

export function takeOffice(metadata: MetadataReplica, accession: Accession): Office {
  const { leaderText, nonce, nowMs, validUntilMs } = accession;
  return {
    leaderText,
    nonce,
    sinceMs: nowMs,
    validUntilMs,
    renewals: 0,
    renewedAtMs: nowMs,
    stores: new Map(),
    regions: new Map(
      readRegions(metadata).map(({ id }) => [id, uncollected(readRegionLeader(metadata, id))]),
    ),
    operators: new Map(),
    finishedOperators: [],
    pauses: new Map(),
    operatorCounts: new Map(),
    isPrepared: false,
    storesCheckedAtMs: nowMs,
    memberHealth: new Map(),
    writing: Promise.resolve(),
  };
}

/** What is known of a region before its first heartbeat to this PD leader. */
export function uncollected(
  leader: { readonly store_id: number; readonly term: number } | undefined,
): RegionStatistics {
  return {
    leaderStoreId: leader?.store_id,
    term: leader?.term ?? 0,
    downPeers: [],
    pendingPeers: [],
    approximateSize: 0,
    approximateKeys: 0,
    writtenBytes: 0,
    readBytes: 0,
    writtenKeys: 0,
    readKeys: 0,
    findings: [],
    isCollected: false,
  };
}
