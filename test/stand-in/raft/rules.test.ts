// The rules on which leases and commits rest, each alone: what random faults seldom line up.
import { expect, test } from "bun:test";
import { receive, tick } from "../../../subjects/tikv/stand-in/raft/core.ts";
import { hasLease, replicate, startTransfer } from "../../../subjects/tikv/stand-in/raft/leader.ts";
import type { RaftMessage } from "../../../subjects/tikv/stand-in/raft/message.ts";
import {
  createState,
  type RaftState,
  takeReady,
} from "../../../subjects/tikv/stand-in/raft/state.ts";

const TIMINGS = { heartbeatMs: 100, electionMinMs: 1000, electionMaxMs: 2000 };
const START_MS = 50_000;

test("who hears a leader answers no other campaign", () => {
  const state = member({ term: 0 });
  receive(state, { message: heartbeat(1), nowMs: START_MS });
  takeReady(state);
  receive(state, { message: voteRequest(2), nowMs: START_MS + 999 });
  expect([state.term, takeReady(state).messages]).toEqual([1, []]);
  receive(state, { message: voteRequest(2), nowMs: START_MS + 1000 });
  expect(takeReady(state).messages).toMatchObject([{ type: "vote_reply", granted: true }]);
});

test("who restarts may have promised to follow, and answers no campaign for as long", () => {
  const state = member({ term: 1 });
  receive(state, { message: voteRequest(2), nowMs: START_MS + 999 });
  expect(takeReady(state).messages).toEqual([]);
});

test("a lease ends before anyone else can be elected", () => {
  const state = leader();
  expect(hasLeaseAt(state, START_MS + 899)).toBe(true);
  expect(hasLeaseAt(state, START_MS + 900)).toBe(false);
});

test("a lease counts from when a message was sent, not from when its answer came", () => {
  const state = leader();
  receive(state, { message: reply({ match: 1, sentAtMs: START_MS - 500 }), nowMs: START_MS + 800 });
  expect(hasLeaseAt(state, START_MS + 900)).toBe(false);
});

test("a leader that ordered another to campaign serves no read, and its term ends", () => {
  const state = leader();
  expect(startTransfer(state, "n2")).toBe(true);
  settle(state);
  expect(takeReady(state).messages.map(({ type }) => type)).toContain("timeout_now");
  expect(hasLeaseAt(state, START_MS + 1)).toBe(false);
  receive(state, { message: reply({ match: 1, sentAtMs: START_MS }), nowMs: START_MS + 999 });
  tick(state, START_MS + 1000);
  expect(state.role.type).toBe("follower");
});

test("a leader that no quorum answers steps down within an election timeout", () => {
  const state = leader();
  tick(state, START_MS + 1999);
  expect(state.role.type).toBe("leader");
  tick(state, START_MS + 2000);
  expect(state.role.type).toBe("follower");
});

test("an entry of an older term is not committed by counting who holds it", () => {
  const state = member({ term: 1 });
  state.log.entries = [{ index: 1, term: 1, command: "old" }];
  elect(state);
  receive(state, { message: reply({ match: 1, sentAtMs: START_MS, term: 2 }), nowMs: START_MS });
  settle(state);
  expect([state.term, state.commit]).toEqual([2, 0]);
  receive(state, { message: reply({ match: 2, sentAtMs: START_MS, term: 2 }), nowMs: START_MS });
  settle(state);
  expect(state.commit).toBe(2);
});

test("a clock that is set back stops neither heartbeats nor elections", () => {
  const state = member({ term: 0 });
  tick(state, START_MS - 3_600_000);
  tick(state, START_MS - 3_600_000 + 2000);
  expect(state.role.type).toBe("candidate");
});

function member(options: { readonly term: number }): RaftState {
  return createState({
    group: 1,
    self: "n1",
    others: ["n2", "n3"],
    timings: TIMINGS,
    random: () => 0.5,
    nowMs: START_MS,
    term: options.term,
    votedFor: undefined,
    log: { base: { index: 0, term: 0 }, entries: [] },
    applied: 0,
  });
}

/** Of term 1, with its no-op applied and confirmed at START_MS. */
function leader(): RaftState {
  const state = member({ term: 0 });
  elect(state);
  receive(state, { message: reply({ match: 1, sentAtMs: START_MS }), nowMs: START_MS });
  settle(state);
  state.applied = state.commit;
  takeReady(state);
  return state;
}

/** Without time passing: the election timer is set to now. */
function elect(state: RaftState): void {
  state.electionDueMs = START_MS;
  tick(state, START_MS);
  for (const phase of ["poll", "vote"] as const) {
    const message = { ...envelope(state.term), type: "vote_reply", phase, granted: true } as const;
    const bid = phase === "poll" ? state.term + 1 : state.term;
    receive(state, { message: { ...message, term: state.term, bid }, nowMs: START_MS });
  }
  expect(state.role.type).toBe("leader");
}

function settle(state: RaftState): void {
  if (state.role.type === "leader") replicate(state, state.role);
}

function hasLeaseAt(state: RaftState, nowMs: number): boolean {
  state.nowMs = nowMs;
  return hasLease(state);
}

function envelope(term: number) {
  return { group: 1, from: "n2", to: "n1", term };
}

function heartbeat(term: number): RaftMessage {
  const previous = { index: 0, term: 0 };
  return { ...envelope(term), type: "append", previous, entries: [], commit: 0, sent_at_ms: 0 };
}

function voteRequest(bid: number): RaftMessage {
  const last = { index: 9, term: 1 };
  const asked = { phase: "vote", bid, last, transfer: false } as const;
  return { ...envelope(bid), from: "n3", type: "vote_request", ...asked };
}

function reply(options: {
  readonly match: number;
  readonly sentAtMs: number;
  readonly term?: number;
}): RaftMessage {
  const { match, sentAtMs } = options;
  const answer = { accepted: true, match, previous: match - 1, sent_at_ms: sentAtMs };
  return { ...envelope(0), type: "append_reply", term: options.term ?? 1, ...answer };
}
