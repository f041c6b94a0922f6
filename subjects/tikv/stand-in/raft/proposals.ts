// The proposals of one group that wait: first for a place in the log, then for being applied.
import type { ProposalOutcome } from "./consensus.ts";
import type { LogPosition } from "./message.ts";
import type { RaftState } from "./state.ts";

export interface Proposal {
  readonly command: string;
  readonly dueAtMs: number;
  readonly resolve: (outcome: ProposalOutcome) => void;
}

interface Placed {
  readonly proposal: Proposal;
  readonly term: number;
}

/** Waiting proposals beyond this are refused at once, so that a lost quorum costs no memory. */
const WAITING_MAX = 10_000;

/** Holds the callers' promises: each is resolved exactly once, at the latest by `abandon`. */
export class Proposals {
  #queued: Proposal[] = [];
  #placed = new Map<number, Placed>();
  #applied: (() => void)[] = [];

  add(command: string, dueAtMs: number): Promise<ProposalOutcome> {
    if (this.#queued.length + this.#placed.size >= WAITING_MAX) {
      return Promise.resolve({ state: "uncertain", reason: "too many proposals wait" });
    }
    return new Promise((resolve) => this.#queued.push({ command, dueAtMs, resolve }));
  }

  takeQueued(): Proposal[] {
    const queued = this.#queued;
    this.#queued = [];
    return queued;
  }

  place(proposal: Proposal, at: LogPosition): void {
    this.#uncertain(at.index, "its place in the log was taken by another leader");
    this.#placed.set(at.index, { proposal, term: at.term });
  }

  /** The answer goes out with `settle`, when the transaction is committed. */
  applied(entry: LogPosition & { readonly result: string }): void {
    const placed = this.#placed.get(entry.index);
    if (placed?.term !== entry.term) return;
    this.#placed.delete(entry.index);
    const { index, result } = entry;
    this.#applied.push(() => placed.proposal.resolve({ state: "applied", index, result }));
  }

  settle(state: RaftState): void {
    const applied = this.#applied;
    this.#applied = [];
    for (const answer of applied) answer();
    if (state.role.type === "leader") return;
    for (const index of this.#placed.keys()) this.#uncertain(index, "leadership was lost");
  }

  expire(nowMs: number): void {
    for (const [index, { proposal }] of this.#placed) {
      if (proposal.dueAtMs <= nowMs) this.#uncertain(index, "no quorum answered in time");
    }
  }

  abandon(reason: string): void {
    for (const { resolve } of this.takeQueued()) resolve({ state: "uncertain", reason });
    for (const index of this.#placed.keys()) this.#uncertain(index, reason);
  }

  #uncertain(index: number, reason: string): void {
    this.#placed.get(index)?.proposal.resolve({ state: "uncertain", reason });
    this.#placed.delete(index);
  }
}
