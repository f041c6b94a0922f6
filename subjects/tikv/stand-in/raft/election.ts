// Campaigns and votes. A campaign first polls (pre-vote), so that a member that was cut off or
// paused does not raise the term of a group that is well without it.
import { isAsRecent, lastPosition } from "./log.ts";
import type { MessageOf, RaftMessage, VotePhase } from "./message.ts";
import {
  becomeFollower,
  becomeLeader,
  quorumOf,
  quorumTimeMs,
  type RaftState,
  resetElectionTimer,
} from "./state.ts";

export function campaign(
  state: RaftState,
  options: { readonly phase: VotePhase; readonly transfer: boolean },
): void {
  const { phase, transfer } = options;
  const bid = state.term + 1;
  if (phase === "vote") {
    state.term = bid;
    state.votedFor = state.self;
    state.ready.isHardStateChanged = true;
  }
  state.role = { type: "candidate", phase, bid, votes: new Map([[state.self, true]]) };
  state.leaderId = undefined;
  resetElectionTimer(state);
  const last = lastPosition(state.log);
  for (const to of state.others) {
    const envelope = { group: state.group, from: state.self, to, term: state.term };
    state.ready.messages.push({ ...envelope, type: "vote_request", phase, bid, last, transfer });
  }
  countVotes(state);
}

export function answerVoteRequest(state: RaftState, message: MessageOf<"vote_request">): void {
  const { phase, bid, from } = message;
  const granted = isVoteEarned(state, message);
  if (granted && phase === "vote") {
    state.votedFor = from;
    state.ready.isHardStateChanged = true;
    resetElectionTimer(state);
  }
  const envelope = { group: state.group, from: state.self, to: from, term: state.term };
  state.ready.messages.push({ ...envelope, type: "vote_reply", phase, bid, granted });
}

export function receiveVote(state: RaftState, message: MessageOf<"vote_reply">): void {
  const { role } = state;
  if (role.type !== "candidate" || role.phase !== message.phase || role.bid !== message.bid) return;
  role.votes.set(message.from, message.granted);
  countVotes(state);
}

/**
 * True for a campaign that must not even be heard: a quorum follows a living leader. Leases rest on
 * this, because a leader may serve reads for as long as no one else can have been elected.
 */
export function isDisturbance(state: RaftState, message: RaftMessage): boolean {
  if (message.type !== "vote_request" || message.transfer) return false;
  if (state.role.type === "leader") {
    const quorumAtMs = quorumTimeMs(state, state.role, "confirmedAtMs");
    return state.nowMs - quorumAtMs < state.timings.electionMinMs;
  }
  return state.nowMs - state.heardLeaderAtMs < state.timings.electionMinMs;
}

function isVoteEarned(state: RaftState, message: MessageOf<"vote_request">): boolean {
  if (!isAsRecent(message.last, lastPosition(state.log))) return false;
  if (message.phase === "poll") return message.bid > state.term;
  return message.bid === state.term && (state.votedFor ?? message.from) === message.from;
}

function countVotes(state: RaftState): void {
  const { role } = state;
  if (role.type !== "candidate") return;
  const votes = [...role.votes.values()];
  const grantedCount = votes.filter((granted) => granted).length;
  if (grantedCount >= quorumOf(state)) {
    if (role.phase === "poll") campaign(state, { phase: "vote", transfer: false });
    else becomeLeader(state);
  } else if (votes.length - grantedCount >= quorumOf(state)) {
    becomeFollower(state, { term: state.term, leaderId: undefined });
  }
}
