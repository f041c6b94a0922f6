// One member of one Raft group: drives the pure core, keeps the durable order (store, apply, then
// send and answer) and holds the proposals that wait. RaftHost runs many of these; a test runs one.
import type { Clock } from "../../../../src/domain/clock.ts";
import type { ProposalOutcome, RaftNode, RaftTimings, StateMachine } from "./consensus.ts";
import { advanceClock, propose, receive, tick } from "./core.ts";
import { hasLease, replicate, startTransfer } from "./leader.ts";
import { compactTo, entriesFrom, entryAt, lastIndex, termAt } from "./log.ts";
import type { RaftMessage } from "./message.ts";
import { Proposals } from "./proposals.ts";
import { createState, type RaftState, type Ready, takeReady } from "./state.ts";
import type { RaftStorage } from "./storage.ts";

export interface RaftGroupOptions {
  readonly groupId: number;
  readonly nodeId: string;
  /** All members' ids, this one's included. */
  readonly peers: readonly string[];
  readonly timings: RaftTimings;
  readonly storage: RaftStorage;
  readonly stateMachine: StateMachine;
  readonly clock: Clock;
  /** [0, 1) */
  readonly random: () => number;
  /** May drop, delay, repeat and reorder. Called from `deliver`. */
  readonly send: (message: RaftMessage) => void;
  /** A proposal or a transfer waits: `prepare`, `persist` and `deliver` are due soon. */
  readonly wake: () => void;
  /** Applied entries kept for followers that lag; who needs older ones gets a snapshot. */
  readonly logKeptMax?: number;
}

export interface RaftGroup extends RaftNode {
  /** Only changes memory; the outside sees it after `prepare`, `persist` and `deliver`. */
  receive(message: RaftMessage): void;
  /** Likewise; false when nothing was due, and nothing of that is needed. */
  tick(): boolean;
  /** Ends a round of input: true when it left something to write, so that `persist` is due. */
  prepare(): boolean;
  /** Stores, restores and applies. Within one transaction of the storage and the machine. */
  persist(): void;
  /** After that transaction is committed: sends, and answers proposals. */
  deliver(): void;
  /** All that wait learn that their fate is uncertain. */
  close(): void;
}

const LOG_KEPT_MAX = 1000;

export function createRaftGroup(options: RaftGroupOptions): RaftGroup {
  const { clock, stateMachine } = options;
  const state = loadState(options);
  const proposals = new Proposals();
  let outgoing: RaftMessage[] = [];
  return {
    groupId: options.groupId,
    nodeId: options.nodeId,
    role: () => state.role.type,
    leaderId: () => state.leaderId,
    term: () => state.term,
    propose: (command, deadlineMs) => {
      if (state.role.type !== "leader") return Promise.resolve(notLeader(state));
      options.wake();
      return proposals.add(command, clock.now() + deadlineMs);
    },
    canRead: () => {
      advanceClock(state, clock.now());
      return hasLease(state);
    },
    transferLeadership: (toNodeId) => {
      const isStarted = startTransfer(state, toNodeId);
      if (isStarted) options.wake();
      return isStarted;
    },
    peers: () => describePeers(state, clock.now()),
    progress: () => ({
      votedFor: state.votedFor,
      lastIndex: lastIndex(state.log),
      committedIndex: state.commit,
    }),
    receive: (message) => receive(state, { message, nowMs: clock.now() }),
    tick: () => {
      proposals.expire(clock.now());
      return tick(state, clock.now());
    },
    prepare: () => {
      placeProposals(state, proposals);
      if (state.role.type === "leader") replicate(state, state.role);
      return hasWrites(state);
    },
    persist: () => {
      const ready = takeReady(state);
      store(state, { ready, storage: options.storage, stateMachine });
      applyCommitted(state, { stateMachine, proposals });
      compact(state, options);
      outgoing.push(...ready.messages, ...snapshotMessages(state, { ready, stateMachine }));
    },
    deliver: () => {
      const messages = outgoing;
      outgoing = [];
      for (const message of messages) options.send(message);
      proposals.settle(state);
    },
    close: () => proposals.abandon("this member is stopping"),
  };
}

function loadState(options: RaftGroupOptions): RaftState {
  const { hardState, log } = options.storage.load();
  return createState({
    ...hardState,
    group: options.groupId,
    self: options.nodeId,
    others: options.peers.filter((peer) => peer !== options.nodeId),
    timings: options.timings,
    random: options.random,
    nowMs: options.clock.now(),
    log,
    // The machine is not told of no-ops, so the log's base may be ahead of it.
    applied: Math.max(options.stateMachine.appliedIndex(), log.base.index),
  });
}

function hasWrites(state: RaftState): boolean {
  const { isHardStateChanged, appendFrom, restore } = state.ready;
  const isStoring = isHardStateChanged || appendFrom !== undefined || restore !== undefined;
  return isStoring || state.commit > state.applied;
}

function placeProposals(state: RaftState, proposals: Proposals): void {
  for (const proposal of proposals.takeQueued()) {
    const index = propose(state, proposal.command);
    if (index === undefined) proposal.resolve(notLeader(state));
    else proposals.place(proposal, { index, term: state.term });
  }
}

function notLeader(state: RaftState): ProposalOutcome {
  const transferTo = state.role.type === "leader" ? state.role.transfer?.to : undefined;
  return { state: "not_leader", leaderId: transferTo ?? state.leaderId };
}

function store(
  state: RaftState,
  to: {
    readonly ready: Ready;
    readonly storage: RaftStorage;
    readonly stateMachine: StateMachine;
  },
): void {
  const { ready, storage, stateMachine } = to;
  if (ready.isHardStateChanged) {
    storage.saveHardState({ term: state.term, votedFor: state.votedFor });
  }
  if (ready.restore !== undefined) {
    storage.reset(ready.restore.last);
    stateMachine.restore(ready.restore.last.index, ready.restore.state);
  }
  if (ready.appendFrom === undefined) return;
  const max = lastIndex(state.log);
  storage.append(entriesFrom(state.log, { index: ready.appendFrom, max }));
}

function applyCommitted(
  state: RaftState,
  to: { readonly stateMachine: StateMachine; readonly proposals: Proposals },
): void {
  while (state.applied < state.commit) {
    const { index, term, command } = entryAt(state.log, state.applied + 1);
    const result = command === null ? "" : to.stateMachine.apply(index, command);
    state.applied = index;
    to.proposals.applied({ index, term, result });
  }
}

/** In steps of half of what is kept, so that it is seldom. */
function compact(state: RaftState, options: RaftGroupOptions): void {
  const keptMax = options.logKeptMax ?? LOG_KEPT_MAX;
  const { log, applied } = state;
  if (applied - log.base.index < keptMax * 1.5) return;
  compactTo(log, applied - keptMax);
  options.storage.compact(log.base);
}

function snapshotMessages(
  state: RaftState,
  from: { readonly ready: Ready; readonly stateMachine: StateMachine },
): RaftMessage[] {
  if (from.ready.snapshotsFor.length === 0 || state.role.type !== "leader") return [];
  const last = { index: state.applied, term: termAt(state.log, state.applied) ?? 0 };
  const text = from.stateMachine.snapshot();
  return from.ready.snapshotsFor.map((to) => ({
    group: state.group,
    from: state.self,
    to,
    term: state.term,
    type: "snapshot",
    last,
    state: text,
    sent_at_ms: state.nowMs,
  }));
}

function describePeers(state: RaftState, nowMs: number): ReturnType<RaftNode["peers"]> {
  advanceClock(state, nowMs);
  if (state.role.type !== "leader") return [];
  return [...state.role.progress].map(([nodeId, progress]) => ({
    nodeId,
    lag: lastIndex(state.log) - progress.match,
    silentMs: Math.round(state.nowMs - progress.heardAtMs),
  }));
}
