// What one look at the rate limiter yields: every node, Redis itself, the counters, and what a
// canary got when it asked. Plain data that survives JSON; times are milliseconds of our clock
// unless the name says µs: those are Redis's.
import type { Observation, Reading } from "../../src/domain/observation.ts";
import type { Job, LimitsFile, Rule } from "./declared.ts";
import type { HealthAnswer, Lease, UsageAnswer } from "./service/answers.ts";

export interface LimiterObservation extends Observation {
  readonly declared: Declaration;
  /** Every declared node, in declared order. */
  readonly nodes: readonly NodeSighting[];
  readonly redis: RedisSighting;
  /** Null where there is no proxy of ours between the nodes and Redis. */
  readonly proxy: HelperSighting<readonly LinkReading[]> | null;
  /** Null where there is no job runner of ours. */
  readonly jobs: HelperSighting<readonly JobReading[]> | null;
  readonly counters: Reading<CounterScan>;
  /**
   * By Redis's clock, the latest moment that is known to lie at or after one at which many counters
   * changed at once: Redis lost them, or did at last what nodes no longer waited for. Null: none.
   */
  readonly upheavalUs: number | null;
  readonly overrides: Reading<OverrideScan>;
  /** In force, or until a few seconds ago. */
  readonly recentOverrides: readonly RecentOverride[];
  readonly canary: readonly CanaryReading[];
}

/** How the limiter should be. Null: nothing is declared, for only endpoints are known. */
export interface Declaration {
  readonly limits: LimitsFile | null;
  readonly redisSettings: Readonly<Record<string, string>> | null;
  /** Names. */
  readonly jobs: readonly string[] | null;
}

/** Silence is a reading: it was asked and did not answer as a living process does. */
export type Liveness =
  | { readonly state: "answers" }
  /** Nobody listens. */
  | { readonly state: "down"; readonly reason: string }
  /** Nothing came back in time: paused, overloaded, or the way to it is gone. */
  | { readonly state: "silent"; readonly reason: string };

export interface NodeSighting {
  readonly name: string;
  /** Without a trailing slash. */
  readonly apiUrl: string;
  /** Null where only the api port is known. */
  readonly manageUrl: string | null;
  readonly liveness: Reading<Liveness>;
  readonly health: Reading<NodeHealth>;
  readonly settings: Reading<NodeSettingsReading>;
  /** In the window that `counters` counts. */
  readonly usage: Reading<NodeUsage>;
  /** Null when Redis was read and holds no lease of it. */
  readonly lease: Reading<Lease | null>;
  /** Its declared limits, as it has them. */
  readonly limits: Reading<LimitsFile>;
  readonly checks: Reading<NodeChecks>;
}

export interface NodeHealth {
  /** What it says of its way to Redis. */
  readonly redis: {
    readonly state: HealthAnswer["redis"]["state"];
    readonly latencyMs: number | null;
    readonly error: string | null;
  };
  /** Its own clock against ours; positive is ahead. */
  readonly clockOffsetMs: number;
  /** How far the offset may be wrong: half of the round trip. */
  readonly clockErrorMs: number;
  readonly schema: number;
  readonly failMode: "open" | "closed";
  readonly bootId: string;
  /** By the clock of its machine. */
  readonly startedAtMs: number;
}

export interface NodeSettingsReading {
  readonly failMode: "open" | "closed";
  readonly schema: number;
  readonly clockOffsetMs: number;
}

/** What Redis granted through the node, by the node's own memory. */
export interface NodeUsage {
  readonly bootId: string;
  /** A window that begins earlier cannot be compared. */
  readonly sinceUs: number;
  readonly items: UsageAnswer["items"];
  /** Keys whose counter somebody reset through this node since that window began. */
  readonly resets: UsageAnswer["resets"];
}

/** The canary's checks at one node. */
export interface NodeChecks {
  /** Decided ones in the last few looks, and how long they took, as a client sees it. */
  readonly samples: number;
  readonly medianMs: number;
  /** Of the last of these looks alone; of all when none was decided in it. */
  readonly medianNowMs: number;
  readonly worstMs: number;
  /** In this look: asked, and how many of them got no decision by Redis. */
  readonly asked: number;
  readonly undecided: number;
  /** In this look: allowed without a decision. */
  readonly failedOpen: number;
  /** The first of the undecided ones, for a person. */
  readonly trouble: string | null;
}

export type RedisLiveness =
  | { readonly state: "answers" }
  /** Nobody listens, or no way leads there. */
  | { readonly state: "unreachable"; readonly reason: string }
  /** It takes the connection and does not answer in time: paused, or held up by a command. */
  | { readonly state: "silent"; readonly reason: string }
  /** It answers with an error, whatever is asked. */
  | { readonly state: "refusing"; readonly kind: RedisRefusal; readonly reason: string };

export type RedisRefusal = "busy" | "loading" | "max_clients" | "auth" | "other";

export interface RedisSighting {
  /** host:port. Null when nobody named it. */
  readonly address: string | null;
  readonly isStandIn: boolean;
  /** By a new connection, as a client would make it. */
  readonly liveness: Reading<RedisLiveness>;
  /** Connecting and one PING. */
  readonly pingMs: Reading<number>;
  readonly info: Reading<RedisInfo>;
  /** Its clock against ours; positive is ahead. */
  readonly clockOffsetMs: Reading<number>;
  /** Declared settings, by name, as CONFIG GET gives them. */
  readonly settings: Reading<Readonly<Record<string, string>>>;
  readonly clients: Reading<ClientScan>;
  /** What held it up in the last seconds, the longest first, by its SLOWLOG. */
  readonly slow: Reading<readonly SlowCommand[]>;
}

export interface RedisInfo {
  readonly version: string;
  readonly uptimeS: number;
  /** New at every start. */
  readonly runId: string;
  readonly role: string;
  readonly usedMemoryBytes: number;
  /** 0 is no bound. */
  readonly maxMemoryBytes: number;
  readonly memoryPolicy: string;
  readonly evictedKeys: number;
  readonly connectedClients: number;
  readonly maxClients: number;
  readonly rejectedConnections: number;
  /** In all databases. */
  readonly keys: number;
  readonly lastSaveOk: boolean;
  readonly lastAofWriteOk: boolean;
}

export interface ClientScan {
  readonly total: number;
  /** By name, or by host for those without one; the most numerous first; at most 10. */
  readonly groups: readonly ClientGroup[];
  /** There were too many to list. */
  readonly isCut: boolean;
}

export interface ClientGroup {
  readonly name: string;
  readonly count: number;
  /** At most 10. */
  readonly ids: readonly string[];
  readonly longestIdleS: number;
  readonly lastCommand: string;
}

export interface SlowCommand {
  readonly ageS: number;
  readonly durationMs: number;
  /** Its first words. */
  readonly command: string;
  /** Name or address of the client. */
  readonly client: string;
}

/** Of the proxy and the job runner. */
export interface HelperSighting<T> {
  readonly liveness: Reading<Liveness>;
  readonly value: Reading<T>;
}

export interface LinkReading {
  readonly node: string;
  readonly connections: number;
  /** Name and what it does: `late: latency 150 ms`. */
  readonly toxics: readonly { readonly name: string; readonly detail: string }[];
}

export interface JobReading {
  readonly job: Job;
  readonly runs: number;
  readonly lastError: string | null;
  readonly connections: number;
}

export interface CounterScan {
  /** The window compared with the nodes' memory: (endUs - lengthMs, endUs], all of it past. */
  readonly endUs: number;
  readonly lengthMs: number;
  /** Declared keys always, whether they are there or not; of others the first found. */
  readonly items: readonly CounterReading[];
  /** Keys below our prefix that the limiter never writes, or that another schema does. */
  readonly strangers: readonly StrangerReading[];
  /** Keys that the scan came upon, declared or not. */
  readonly scanned: number;
  /** There are more than were read. */
  readonly isCut: boolean;
}

export interface CounterReading {
  /** As the user wrote it. */
  readonly key: string;
  readonly isDeclared: boolean;
  readonly exists: boolean;
  /** Entries in the compared window. */
  readonly used: number;
  /** Entries in the window that ends now: what a check would find. */
  readonly usedNow: number;
  /** Entries dated more than a second ahead of Redis's clock: they do not leave. */
  readonly future: number;
  /** Null: it does not expire, or is not there. */
  readonly ttlMs: number | null;
  /** Declared for it; of the default where no more is known. */
  readonly rule: Rule | null;
  /** Of what is in its place and is no counter, by Redis's name: every check of it is refused. */
  readonly wrongType?: string;
}

export interface StrangerReading {
  /** Its name in Redis. */
  readonly raw: string;
  readonly ttlMs: number | null;
}

export interface OverrideScan {
  readonly items: readonly OverrideReading[];
  readonly isCut: boolean;
}

export interface OverrideReading {
  readonly key: string;
  /** Null for what is missing or no number. */
  readonly limit: number | null;
  readonly windowMs: number | null;
  /** By Redis's clock. Null: it does not say when it ends. */
  readonly untilMs: number | null;
  readonly setBy: string | null;
  /** When Redis drops it. */
  readonly ttlMs: number | null;
  /** By its own word, which the limiter obeys, or when Redis drops it. Null: never. */
  readonly endsInMs: number | null;
  /** Of what is in its place and is no override, by Redis's name: every check is refused. */
  readonly wrongType?: string;
}

/** What may still be felt of it. */
export type RecentOverride = Pick<OverrideReading, "key" | "windowMs"> & {
  readonly isBounded: boolean;
};

/** What asking for one key really gave, counted by the one who asked and by nobody's word. */
export interface CanaryReading {
  readonly key: string;
  /** Null where nothing is declared: then only the answers' times count. */
  readonly rule: Rule | null;
  /** Names of nodes, in this look. An answer without a decision by Redis is in neither. */
  readonly allowedBy: readonly string[];
  readonly deniedBy: readonly string[];
  /**
   * The most that was surely allowed within one window, of those that ended in the last window:
   * from the sending of the first to the answer of the last.
   */
  readonly allowedInWindow: number;
  /** The same of each node alone. */
  readonly allowedInWindowBy: Readonly<Record<string, number>>;
}
