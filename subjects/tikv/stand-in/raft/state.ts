// One member's Raft state, and the changes of role. Nothing here does I/O: what must be stored or
// sent is collected in `ready`, and the driver (group.ts) stores first and sends afterwards.
import type { RaftTimings } from "./consensus.ts";
import { lastIndex, type RaftLog, replaceFrom } from "./log.ts";
import type { LogPosition, RaftMessage, VotePhase } from "./message.ts";

/** What a leader knows of one other member. */
export interface Progress {
  /** The next entry to send; everything before it was sent or is known to be there. */
  next: number;
  match: number;
  /** `probe`: its log is not known yet, only empty appends are sent. */
  mode: "probe" | "stream";
  /** When it last answered, or when this leader's term began. */
  heardAtMs: number;
  /** When the message was sent that it last answered: it followed us at that time or later. */
  confirmedAtMs: number;
  snapshotDueMs: number;
}

export type Role =
  | { readonly type: "follower" }
  | {
      readonly type: "candidate";
      readonly phase: VotePhase;
      readonly bid: number;
      readonly votes: Map<string, boolean>;
    }
  | LeaderRole;

export interface LeaderRole {
  readonly type: "leader";
  /** Index of the no-op that opened the term: once committed, all before it is, too. */
  readonly firstIndex: number;
  readonly progress: Map<string, Progress>;
  heartbeatDueMs: number;
  transfer: { readonly to: string; readonly dueMs: number; isSent: boolean } | undefined;
}

/** What the driver has to do, in this order: store, restore, apply, then send. */
export interface Ready {
  isHardStateChanged: boolean;
  /** Entries from here on are new to the storage. */
  appendFrom: number | undefined;
  restore: { readonly last: LogPosition; readonly state: string } | undefined;
  messages: RaftMessage[];
  /** Members for which the log no longer reaches back far enough. */
  snapshotsFor: string[];
}

export interface RaftState {
  readonly group: number;
  readonly self: string;
  readonly others: readonly string[];
  readonly timings: RaftTimings;
  readonly random: () => number;
  /** The time of the present step; never goes back. */
  nowMs: number;
  /** What the clock said then; it may be set back. */
  clockMs: number;
  term: number;
  votedFor: string | undefined;
  role: Role;
  leaderId: string | undefined;
  readonly log: RaftLog;
  commit: number;
  applied: number;
  electionDueMs: number;
  heardLeaderAtMs: number;
  ready: Ready;
}

export interface StateOptions {
  readonly group: number;
  readonly self: string;
  readonly others: readonly string[];
  readonly timings: RaftTimings;
  readonly random: () => number;
  readonly nowMs: number;
  readonly term: number;
  readonly votedFor: string | undefined;
  readonly log: RaftLog;
  readonly applied: number;
}

export function createState(options: StateOptions): RaftState {
  const state: RaftState = {
    ...options,
    clockMs: options.nowMs,
    role: { type: "follower" },
    leaderId: undefined,
    commit: options.applied,
    electionDueMs: 0,
    // A member that restarts has forgotten whom it promised not to disturb: it waits that time out.
    heardLeaderAtMs: options.term > 0 ? options.nowMs : Number.NEGATIVE_INFINITY,
    ready: emptyReady(),
  };
  resetElectionTimer(state);
  return state;
}

export function takeReady(state: RaftState): Ready {
  const ready = state.ready;
  state.ready = emptyReady();
  return ready;
}

export function quorumOf(state: RaftState): number {
  return Math.floor((state.others.length + 1) / 2) + 1;
}

export function resetElectionTimer(state: RaftState): void {
  const { electionMinMs, electionMaxMs } = state.timings;
  state.electionDueMs =
    state.nowMs + electionMinMs + state.random() * (electionMaxMs - electionMinMs);
}

/** Of this term or a newer one; in a newer term the vote is free again. */
export function becomeFollower(
  state: RaftState,
  of: { readonly term: number; readonly leaderId: string | undefined },
): void {
  if (of.term > state.term) {
    state.term = of.term;
    state.votedFor = undefined;
    state.ready.isHardStateChanged = true;
  }
  if (state.role.type === "leader") resetElectionTimer(state);
  state.role = { type: "follower" };
  state.leaderId = of.leaderId;
}

export function becomeLeader(state: RaftState): void {
  const firstIndex = lastIndex(state.log) + 1;
  const progress = new Map<string, Progress>();
  for (const other of state.others) progress.set(other, freshProgress(state, firstIndex));
  const heartbeatDueMs = state.nowMs;
  state.role = { type: "leader", firstIndex, progress, heartbeatDueMs, transfer: undefined };
  state.leaderId = state.self;
  appendOwn(state, null);
}

/** Adds an entry of this term at the end of a leader's log. Gives its index. */
export function appendOwn(state: RaftState, command: string | null): number {
  const index = lastIndex(state.log) + 1;
  replaceFrom(state.log, [{ index, term: state.term, command }]);
  markAppended(state, index);
  return index;
}

export function markAppended(state: RaftState, index: number): void {
  state.ready.appendFrom = Math.min(state.ready.appendFrom ?? index, index);
}

/**
 * The latest time at which a quorum, with this leader itself, is known to have answered
 * (`heardAtMs`) or to have followed (`confirmedAtMs`).
 */
export function quorumTimeMs(
  state: RaftState,
  role: LeaderRole,
  field: "heardAtMs" | "confirmedAtMs",
): number {
  const times = [state.nowMs, ...[...role.progress.values()].map((peer) => peer[field])];
  times.sort((left, right) => right - left);
  return times[quorumOf(state) - 1] ?? Number.NEGATIVE_INFINITY;
}

function freshProgress(state: RaftState, next: number): Progress {
  return {
    next,
    match: 0,
    mode: "probe",
    heardAtMs: state.nowMs,
    confirmedAtMs: Number.NEGATIVE_INFINITY,
    snapshotDueMs: 0,
  };
}

function emptyReady(): Ready {
  return {
    isHardStateChanged: false,
    appendFrom: undefined,
    restore: undefined,
    messages: [],
    snapshotsFor: [],
  };
}
