// Port: where members run. A member is addressed by name and resolved to a recorded identity; what
// this runtime did not start it never touches.
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
  /** Named ports on loopback: `client`, `peer`, `status`. */
  readonly ports: Readonly<Record<string, number>>;
  /** When it is stopped and the runtime saw it end: the exit code or the signal. */
  readonly lastExit: string | null;
}

export const MEMBER_OPERATIONS = ["start", "stop", "restart", "kill", "pause", "resume"] as const;
export type MemberOperation = (typeof MEMBER_OPERATIONS)[number];

export interface Runtime {
  readonly name: "local" | "docker";
  /** As it was declared: the members' ports and settings, tokens among them. Never printed. */
  readonly topology: Topology;
  /** Every declared member, running or not, in declared order. */
  members(): Promise<readonly MemberStatus[]>;
  /** The last lines of a member's log, oldest first. */
  logs(member: string, options: { readonly lines: number }): Promise<string>;
  /**
   * Does it and returns the status afterwards. Idempotent: starting what runs and stopping what is
   * stopped change nothing. `start` and `restart` return when the member answers, and reject with
   * code "runtime", naming the member and its last log lines, when it does not come up in time.
   * An unknown member is `not_found` and names the valid ones.
   */
  operate(member: string, operation: MemberOperation, signal?: AbortSignal): Promise<MemberStatus>;
}
