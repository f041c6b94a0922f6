// What a leader does: replicate, count what a quorum holds, hand leadership over, and step down
// when no quorum answers any more.
import { entriesFrom, lastIndex, termAt } from "./log.ts";
import type { LogEntry, MessageOf } from "./message.ts";
import {
  becomeFollower,
  type LeaderRole,
  type Progress,
  quorumOf,
  quorumTimeMs,
  type RaftState,
} from "./state.ts";

interface Peer {
  readonly to: string;
  readonly progress: Progress;
}

const BATCH_ENTRIES_MAX = 256;
const IN_FLIGHT_ENTRIES_MAX = 2048;

/** Once in each heartbeat interval: steps down when its time is over, else heartbeats to all. */
export function beat(state: RaftState, role: LeaderRole): void {
  if (isOver(state, role)) {
    becomeFollower(state, { term: state.term, leaderId: undefined });
    return;
  }
  if (role.transfer !== undefined && state.nowMs >= role.transfer.dueMs) role.transfer = undefined;
  // On a common grid, so that the heartbeats of all groups of a process leave in one batch.
  const { heartbeatMs } = state.timings;
  role.heartbeatDueMs = (Math.floor(state.nowMs / heartbeatMs) + 1) * heartbeatMs;
  for (const [to, progress] of role.progress) sendHeartbeat(state, { to, progress });
}

/** Sends what members do not have yet, and commits what a quorum has. After each round of input. */
export function replicate(state: RaftState, role: LeaderRole): void {
  for (const [to, progress] of role.progress) {
    streamEntries(state, { to, progress });
  }
  advanceCommit(state, role);
  const target = role.transfer && role.progress.get(role.transfer.to);
  if (!role.transfer || role.transfer.isSent || target?.match !== lastIndex(state.log)) return;
  role.transfer.isSent = true;
  const envelope = { group: state.group, from: state.self, to: role.transfer.to, term: state.term };
  state.ready.messages.push({ ...envelope, type: "timeout_now" });
}

export function receiveAppendReply(state: RaftState, message: MessageOf<"append_reply">): void {
  const progress = state.role.type === "leader" && state.role.progress.get(message.from);
  if (!progress) return;
  progress.heardAtMs = state.nowMs;
  progress.confirmedAtMs = Math.max(progress.confirmedAtMs, message.sent_at_ms);
  if (message.accepted) {
    progress.match = Math.max(progress.match, message.match);
    progress.next = Math.max(progress.next, progress.match + 1);
    if (progress.next > state.log.base.index) progress.mode = "stream";
  } else if (isRefusalNews(progress, message)) {
    progress.next = Math.max(message.match, progress.match) + 1;
    progress.mode = "probe";
    sendProbe(state, { to: message.from, progress });
  }
}

/** False when it would not work out: not leading, or the peer is silent or far behind. */
export function startTransfer(state: RaftState, to: string): boolean {
  const { role, timings } = state;
  const progress = role.type === "leader" && role.progress.get(to);
  if (!progress || role.transfer !== undefined) return false;
  const lag = lastIndex(state.log) - progress.match;
  const silentMs = state.nowMs - progress.heardAtMs;
  if (lag > BATCH_ENTRIES_MAX || silentMs > timings.electionMinMs || progress.match === 0) {
    return false;
  }
  role.transfer = { to, dueMs: state.nowMs + timings.electionMinMs, isSent: false };
  return true;
}

/**
 * True when a linearizable read may be served from the applied state: everything committed before
 * this term is applied, and no one else can have been elected yet.
 */
export function hasLease(state: RaftState): boolean {
  const { role, timings } = state;
  if (role.type !== "leader" || role.transfer?.isSent) return false;
  if (state.applied < role.firstIndex || state.applied < state.commit) return false;
  // 0.9: TiKV's max lease is 9 s where its election timeout is 10 s (raftstore config.rs).
  const leaseMs = timings.electionMinMs * 0.9;
  return state.nowMs - quorumTimeMs(state, role, "confirmedAtMs") < leaseMs;
}

/**
 * No quorum answers; or the order to campaign went out and nothing came of it. That order may still
 * arrive, past every lease, so no read of this term can be trusted any more.
 */
function isOver(state: RaftState, role: LeaderRole): boolean {
  const silentMs = state.nowMs - quorumTimeMs(state, role, "heardAtMs");
  if (silentMs >= state.timings.electionMaxMs) return true;
  return role.transfer?.isSent === true && state.nowMs >= role.transfer.dueMs;
}

function sendHeartbeat(state: RaftState, peer: Peer): void {
  const { progress } = peer;
  if (state.nowMs - progress.heardAtMs >= state.timings.electionMinMs) {
    progress.mode = "probe";
    progress.next = progress.match + 1;
  }
  sendProbe(state, peer);
}

/** An empty append: keeps followers, confirms the lease, and finds out about lost messages. */
function sendProbe(state: RaftState, peer: Peer): void {
  const { to, progress } = peer;
  const { log } = state;
  if (progress.next <= log.base.index && state.nowMs >= progress.snapshotDueMs) {
    progress.snapshotDueMs = state.nowMs + state.timings.electionMaxMs;
    state.ready.snapshotsFor.push(to);
  }
  sendAppend(state, { to, from: Math.max(progress.next, log.base.index + 1), entries: [] });
}

function streamEntries(state: RaftState, peer: Peer): void {
  const { to, progress } = peer;
  const end = lastIndex(state.log);
  // Compaction went past it: the next heartbeat finds that a snapshot is due.
  if (progress.next <= state.log.base.index) progress.mode = "probe";
  if (progress.mode === "probe") return;
  while (progress.next <= end && progress.next - progress.match <= IN_FLIGHT_ENTRIES_MAX) {
    const entries = entriesFrom(state.log, { index: progress.next, max: BATCH_ENTRIES_MAX });
    sendAppend(state, { to, from: progress.next, entries });
    progress.next += entries.length;
  }
}

function sendAppend(
  state: RaftState,
  append: { readonly to: string; readonly from: number; readonly entries: LogEntry[] },
): void {
  const index = append.from - 1;
  state.ready.messages.push({
    group: state.group,
    from: state.self,
    to: append.to,
    term: state.term,
    type: "append",
    previous: { index, term: termAt(state.log, index) ?? 0 },
    entries: append.entries,
    commit: state.commit,
    sent_at_ms: state.nowMs,
  });
}

/** Late refusals of appends that have long been repeated say nothing new. */
function isRefusalNews(progress: Progress, message: MessageOf<"append_reply">): boolean {
  if (message.previous <= progress.match) return false;
  return progress.mode === "stream" || message.previous === progress.next - 1;
}

/** Only entries of the own term are committed by counting; older ones follow from them. */
function advanceCommit(state: RaftState, role: LeaderRole): void {
  const held = [...role.progress.values()].map((progress) => progress.match);
  held.push(lastIndex(state.log));
  held.sort((left, right) => right - left);
  const index = held[quorumOf(state) - 1] ?? 0;
  if (index > state.commit && termAt(state.log, index) === state.term) state.commit = index;
}
