// The pure heart of Raft: time, messages and proposals go in; state changes, and what must be
// stored and sent is left in `state.ready`. The driver is group.ts; the rules are in the files
// beside.
import { unreachable } from "../../../../src/domain/errors.ts";
import { answerVoteRequest, campaign, isDisturbance, receiveVote } from "./election.ts";
import { receiveAppend, receiveSnapshot, refuseStale } from "./follower.ts";
import { beat, receiveAppendReply } from "./leader.ts";
import type { RaftMessage } from "./message.ts";
import { appendOwn, becomeFollower, type RaftState } from "./state.ts";

/** True when something was due; a tick that finds nothing costs next to nothing. */
export function tick(state: RaftState, nowMs: number): boolean {
  advanceClock(state, nowMs);
  const { role } = state;
  const dueMs = role.type === "leader" ? role.heartbeatDueMs : state.electionDueMs;
  if (state.nowMs < dueMs) return false;
  if (role.type === "leader") beat(state, role);
  else campaign(state, { phase: "poll", transfer: false });
  return true;
}

export function receive(
  state: RaftState,
  input: { readonly message: RaftMessage; readonly nowMs: number },
): void {
  const { message } = input;
  advanceClock(state, input.nowMs);
  if (isDisturbance(state, message)) return;
  if (message.term > state.term) {
    becomeFollower(state, { term: message.term, leaderId: undefined });
  }
  if (message.term < state.term) receiveStale(state, message);
  else receivePresent(state, message);
}

/** The index at which the command stands in the log now; undefined when not leading. */
export function propose(state: RaftState, command: string): number | undefined {
  if (state.role.type !== "leader" || state.role.transfer !== undefined) return undefined;
  return appendOwn(state, command);
}

/** A clock that is set back neither stops time here nor lengthens a lease by more than one step. */
export function advanceClock(state: RaftState, nowMs: number): void {
  state.nowMs += Math.max(0, nowMs - state.clockMs);
  state.clockMs = nowMs;
}

function receivePresent(state: RaftState, message: RaftMessage): void {
  switch (message.type) {
    case "vote_request":
      answerVoteRequest(state, message);
      break;
    case "vote_reply":
      receiveVote(state, message);
      break;
    case "append":
      receiveAppend(state, message);
      break;
    case "snapshot":
      receiveSnapshot(state, message);
      break;
    case "append_reply":
      receiveAppendReply(state, message);
      break;
    case "timeout_now":
      if (state.role.type !== "leader") campaign(state, { phase: "vote", transfer: true });
      break;
    default:
      unreachable(message);
  }
}

/** From an older term. Who asks is told of the newer one; answers to what is over are dropped. */
function receiveStale(state: RaftState, message: RaftMessage): void {
  if (message.type === "vote_request") answerVoteRequest(state, message);
  if (message.type === "append" || message.type === "snapshot") refuseStale(state, message);
  // A poll is answered in the answerer's own term, which may be behind and still count.
  if (message.type === "vote_reply" && message.phase === "poll") receiveVote(state, message);
}
