// What a follower does with what its leader sends: accept entries, install a snapshot.
import { assert } from "../../../../src/domain/errors.ts";
import { replaceFrom, termAt } from "./log.ts";
import type { LogEntry, MessageOf } from "./message.ts";
import { becomeFollower, markAppended, type RaftState, resetElectionTimer } from "./state.ts";

export function receiveAppend(state: RaftState, message: MessageOf<"append">): void {
  follow(state, message.from);
  const { previous } = message;
  // What is committed is the same everywhere, so what lies before needs no look.
  const isKnown = previous.index < state.commit;
  if (isKnown || termAt(state.log, previous.index) === previous.term) accept(state, message);
  else reply(state, message, { accepted: false, match: state.commit });
}

export function receiveSnapshot(state: RaftState, message: MessageOf<"snapshot">): void {
  follow(state, message.from);
  const { last } = message;
  if (last.index > state.commit) {
    if (termAt(state.log, last.index) === last.term) state.commit = last.index;
    else install(state, message);
  }
  reply(state, message, { accepted: true, match: state.commit });
}

/** Tells a leader of an older term that its time is over; confirms no lease, hence time 0. */
export function refuseStale(state: RaftState, message: MessageOf<"append" | "snapshot">): void {
  reply(state, { ...message, sent_at_ms: 0 }, { accepted: false, match: 0 });
}

function follow(state: RaftState, leaderId: string): void {
  assert(state.role.type !== "leader", `one leader in term ${state.term}`);
  becomeFollower(state, { term: state.term, leaderId });
  state.heardLeaderAtMs = state.nowMs;
  resetElectionTimer(state);
}

function accept(state: RaftState, message: MessageOf<"append">): void {
  const { previous, entries } = message;
  addNew(
    state,
    entries.filter((entry) => entry.index > state.commit),
  );
  const match = Math.max(state.commit, previous.index + entries.length);
  state.commit = Math.max(state.commit, Math.min(message.commit, match));
  reply(state, message, { accepted: true, match });
}

/** Keeps what is already there, so that a message that arrives late or twice removes nothing. */
function addNew(state: RaftState, entries: readonly LogEntry[]): void {
  const start = entries.findIndex((entry) => termAt(state.log, entry.index) !== entry.term);
  const [first, ...rest] = start === -1 ? [] : entries.slice(start);
  if (first === undefined) return;
  assert(first.index > state.commit, "committed entries are never replaced");
  replaceFrom(state.log, [first, ...rest]);
  markAppended(state, first.index);
}

function install(state: RaftState, message: MessageOf<"snapshot">): void {
  const { last } = message;
  state.log.base = last;
  state.log.entries = [];
  state.commit = last.index;
  state.applied = last.index;
  state.ready.restore = { last, state: message.state };
  state.ready.appendFrom = undefined;
}

function reply(
  state: RaftState,
  message: MessageOf<"append" | "snapshot">,
  answer: { readonly accepted: boolean; readonly match: number },
): void {
  state.ready.messages.push({
    group: state.group,
    from: state.self,
    to: message.from,
    term: state.term,
    type: "append_reply",
    ...answer,
    previous: message.type === "append" ? message.previous.index : message.last.index,
    sent_at_ms: message.sent_at_ms,
  });
}
