// What one look at the rate limiter yields: every node, Redis itself, the counters, and what a
// canary got when it asked. Plain data that survives JSON; times are milliseconds of our clock
// unless the name says µs, which are Redis's.
import type { Observation, Reading } from "../../src/domain/observation.ts";

export interface LimiterObservation extends Observation {
  /** Every declared node, in declared order. */
  readonly nodes: readonly NodeSighting[];
  readonly redis: RedisSighting;
  /** One for each node's way to Redis; undefined where there is no proxy of ours. */
  readonly links: Reading<readonly LinkReading[]> | undefined;
  /** Undefined where there is no job runner of ours. */
  readonly jobs: Reading<readonly JobReading[]> | undefined;
  /** By bounded SCAN on Redis itself. */
  readonly counters: Reading<CounterScan>;
  readonly overrides: Reading<readonly OverrideReading[]>;
  readonly canary: CanaryReport;
}

export interface NodeSighting {
  readonly name: string;
  /** Without a trailing slash. */
  readonly apiUrl: string;
  readonly manageUrl: string | null;
  /** Silence is a reading: it was asked and did not answer as a living node does. */
  readonly liveness: Reading<Liveness>;
  readonly health: Reading<NodeHealth>;
  readonly settings: Reading<NodeSettings>;
  readonly usage: Reading<NodeUsage>;
  /** Null when Redis was read and holds no lease of it. */
  readonly lease: Reading<NodeLease | null>;
  /** The canary's own checks at this node. */
  readonly checks: Reading<CheckLatency>;
  /** Its declared limits, as it has them. */
  readonly limits: Reading<NodeLimits>;
}

export type Liveness =
  | { readonly state: "answers" }
  | { readonly state: "silent"; readonly reason: string; readonly isTimeout: boolean };

export interface NodeHealth {
  /** What it says of its way to Redis. */
  readonly redis: { readonly state: "up" | "down"; readonly latencyMs: number | null };
  /** Its own clock, against ours at the middle of the request; positive is ahead. */
  readonly clockOffsetMs: number;
  /** How far the offset may be wrong: half of the round trip. */
  readonly clockErrorMs: number;
  readonly schema: number;
  readonly failMode: "open" | "closed";
  readonly bootId: string;
}

export interface NodeSettings {
  readonly failMode: "open" | "closed";
  readonly schema: number;
  readonly clockOffsetMs: number;
}

/** What the node itself allowed in the window that `counters` counts, by its own memory. */
export interface NodeUsage {
  readonly bootId: string;
  /** It remembers since then; a window that begins earlier cannot be compared. */
  readonly sinceUs: number;
  readonly items: readonly { key: string; allowed: number; uncertain: number }[];
}

export interface NodeLease {
  readonly schema: number;
  readonly bootId: string;
}

export interface NodeLimits {
  readonly fallback: LimitReading;
  readonly declared: readonly (LimitReading & { readonly key: string })[];
}

export interface LimitReading {
  readonly limit: number;
  readonly windowMs: number;
}

/** Of the canary's checks at one node in the last few looks. */
export interface CheckLatency {
  readonly samples: number;
  readonly worstMs: number;
  readonly medianMs: number;
}

export interface RedisSighting {
  readonly liveness: Reading<Liveness | { readonly state: "refusing"; readonly reason: string }>;
  /** Of a PING on a connection of its own. */
  readonly pingMs: Reading<number>;
  readonly info: Reading<RedisInfo>;
  /** Settings that are declared, by name, as CONFIG GET gives them. */
  readonly settings: Reading<Readonly<Record<string, string>>>;
  readonly clients: Reading<readonly ClientReading[]>;
  /** Null when no script runs; how long one has been running when Redis says BUSY. */
  readonly isBusy: Reading<boolean>;
}

export interface RedisInfo {
  readonly version: string;
  /** Its executable's word: redis, valkey, or our stand-in. */
  readonly isStandIn: boolean;
  readonly uptimeS: number;
  readonly usedMemoryBytes: number;
  /** 0 is no bound. */
  readonly maxMemoryBytes: number;
  readonly evictedKeys: number;
  readonly expiredKeys: number;
  readonly connectedClients: number;
  readonly maxClients: number;
  readonly rejectedConnections: number;
  readonly keys: number;
  readonly isLoading: boolean;
  readonly lastSaveOk: boolean;
  readonly lastAofWriteOk: boolean;
  readonly role: string;
}

/** Connections by name and address, the most numerous first. */
export interface ClientReading {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly idleS: number;
  readonly lastCommand: string;
}

export interface LinkReading {
  /** The node whose link it is. */
  readonly node: string;
  readonly isEnabled: boolean;
  readonly toxics: readonly { readonly name: string; readonly type: string; detail: string }[];
}

export interface JobReading {
  readonly name: string;
  readonly kind: string;
  readonly everyMs: number;
  readonly runs: number;
  readonly lastError: string | null;
}

export interface CounterScan {
  /** The window counted, by Redis's clock: (end - window, end], and what is dated after `nowUs`. */
  readonly nowUs: number;
  readonly windowEndUs: number;
  readonly items: readonly CounterReading[];
  /** Keys below our prefix that are no counter, override, lease or topology of this schema. */
  readonly strangers: readonly string[];
  /** Counters, overrides and leases. */
  readonly total: number;
  /** The bound on SCAN was reached: there are more. */
  readonly isCut: boolean;
}

export interface CounterReading {
  /** As the user wrote it. */
  readonly key: string;
  /** Entries inside the compared window. */
  readonly used: number;
  /** Entries dated in the future: they would never leave. */
  readonly future: number;
  /** Null for none. */
  readonly ttlMs: number | null;
  /** The declared limit of its key. */
  readonly limit: number;
  readonly windowMs: number;
}

export interface OverrideReading {
  readonly key: string;
  readonly limit: number | null;
  readonly windowMs: number | null;
  readonly untilMs: number | null;
  readonly setBy: string | null;
  readonly ttlMs: number | null;
}

/** What asking for permission really gave, counted by the one who asked. */
export interface CanaryReport {
  /** Undefined in the first looks, and after a gap in looking. */
  readonly findings: readonly CanaryFinding[];
}

export interface CanaryFinding {
  /** over_limit: more in a window than the limit; the ghosts: allowed or denied against reason. */
  readonly kind: "over_limit" | "ghost_allowed" | "ghost_denied";
  readonly key: string;
  /** The node that decided so; null where several together did. */
  readonly node: string | null;
  readonly asked: Reading<{ readonly expected: string; readonly got: string; isWrong: boolean }>;
}
