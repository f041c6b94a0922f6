// Port: where members run. A member is addressed by name and resolved to a recorded identity; what
// this runtime did not start it never touches.
import type { Disturber, FoundDisturbance } from "./disturbance.ts";
import type { Topology } from "./subject.ts";

export type MemberState = "running" | "paused" | "stopped";

export interface MemberStatus {
  readonly name: string;
  readonly role: string;
  readonly state: MemberState;
  /** True where our own process answers in place of the real program. */
  readonly isStandIn: boolean;
  readonly pid: number | null;
  readonly startedAtMs: number | null;
  /** Named ports: `client`, `peer`, `status`. Of loopback, or of its host in the topology. */
  readonly ports: Readonly<Record<string, number>>;
  /** When it is stopped and the runtime saw it end: the exit code or the signal. */
  readonly lastExit: string | null;
  /** It ended, and not as one does that is asked to. Absent where nobody can tell. */
  readonly hasFailed?: boolean;
  /** By a health check that somebody else makes; absent where there is none. */
  readonly health?: "starting" | "healthy" | "unhealthy" | undefined;
  /** What is done to it from outside, as it is found now; absent where nobody looks. */
  readonly disturbances?: readonly FoundDisturbance[];
}

export const MEMBER_OPERATIONS = ["start", "stop", "restart", "kill", "pause", "resume"] as const;
export type MemberOperation = (typeof MEMBER_OPERATIONS)[number];

/** What a runtime notices by itself. */
export type RuntimeEvent =
  /** `change` in the runtime's words, for people. */
  | { readonly type: "changed"; readonly member: string; readonly change: string }
  /** From now on changes are noticed late, or only by who looks. Said once. */
  | { readonly type: "lost"; readonly reason: string }
  /** Changes are told again, at once; what happened meanwhile was not. */
  | { readonly type: "following" };

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: RuntimeEvent) => void;
}

export interface FollowLogOptions {
  /** How many of the last ones come first. */
  readonly lines: number;
  readonly signal: AbortSignal;
  /** Of both streams, without its end. */
  readonly onLine: (line: string) => void;
}

export interface Runtime {
  readonly name: "local" | "docker" | "broker";
  /** As it was declared: the members' ports and settings, tokens among them. Never printed. */
  readonly topology: Topology;
  /** Every declared member, running or not, in declared order. */
  members(): Promise<readonly MemberStatus[]>;
  /** The last lines of a member's log, oldest first. */
  logs(member: string, options: { readonly lines: number }): Promise<string>;
  /**
   * The same lines, then each new one as it is written. Resolves when the member has ended, or the
   * signal aborts. Absent where logs are only read.
   */
  followLog?(member: string, options: FollowLogOptions): Promise<void>;
  /**
   * Does it and returns the status afterwards. Idempotent: starting what runs and stopping what is
   * stopped change nothing. `start` and `restart` return when the member answers, and reject with
   * code "runtime", naming the member and its last log lines, when it does not come up in time.
   * An unknown member is `not_found` and names the valid ones.
   */
  operate(member: string, operation: MemberOperation, signal?: AbortSignal): Promise<MemberStatus>;
  /**
   * Tells of members that change, as it happens, until the signal aborts; then resolves, and never
   * rejects. Absent where nobody tells.
   */
  follow?(options: FollowOptions): Promise<void>;
  /** Absent where members cannot be disturbed from outside. */
  readonly disturber?: Disturber;
}
