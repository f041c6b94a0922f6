// The contract between the Raft core and what it replicates: PD's metadata (one group of three PD
// members) and each region's keys (one group of three peers, one per store).

/** What is replicated. Called in log order, exactly once per index, also across restarts. */
export interface StateMachine {
  /** Applies a committed command; the text returned reaches the proposer. Deterministic. */
  apply(index: number, command: string): string;
  /** The last index whose effects are durable here; 0 for a new one. */
  appliedIndex(): number;
  /** The whole state as one text, and back. `restore` makes `appliedIndex()` equal `index`. */
  snapshot(): string;
  restore(index: number, snapshot: string): void;
}

export interface RaftTimings {
  /** Heartbeats from the leader. */
  readonly heartbeatMs: number;
  /** Silence after which a follower campaigns: uniformly drawn from [min, max). */
  readonly electionMinMs: number;
  readonly electionMaxMs: number;
}

export type ProposalOutcome =
  | { readonly state: "applied"; readonly index: number; readonly result: string }
  | { readonly state: "not_leader"; readonly leaderId: string | undefined }
  /** Lost leadership or time while it waited: it may or may not be committed. */
  | { readonly state: "uncertain"; readonly reason: string };

/** One member of one group, as the PD and store stand-ins use it. */
export interface RaftNode {
  readonly groupId: number;
  readonly nodeId: string;
  role(): "leader" | "follower" | "candidate";
  leaderId(): string | undefined;
  term(): number;
  /**
   * Resolves when applied here, or when that can no longer be promised. Never rejects. `deadlineMs`
   * is how long to wait, from now.
   */
  propose(command: string, deadlineMs: number): Promise<ProposalOutcome>;
  /**
   * True when a linearizable read may be served now: leader, applied up to its term, quorum fresh.
   */
  canRead(): boolean;
  /** Hands leadership to a peer that has caught up. False when it cannot. */
  transferLeadership(toNodeId: string): boolean;
  /** Leader's view of the others: entries behind, and how long ago each answered. */
  peers(): readonly { readonly nodeId: string; readonly lag: number; readonly silentMs: number }[];
  /** This member's own part, for status pages. */
  progress(): RaftProgress;
}

export interface RaftProgress {
  readonly votedFor: string | undefined;
  readonly lastIndex: number;
  readonly committedIndex: number;
}
