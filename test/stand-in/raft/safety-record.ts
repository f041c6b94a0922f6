// The safety properties of Raft (Ongaro's figure 3.2) and of leases, asserted over all members.
import { assert } from "../../../src/domain/errors.ts";
import type { Member } from "./simulation.ts";

/** Remembers what was ever true, so that nothing can be taken back later. */
export class SafetyRecord {
  readonly committed = new Map<number, string>();
  #leaders = new Map<number, string>();
  #committedMax = 0;

  check(members: readonly Member[]): void {
    this.#checkElections(members);
    this.#checkMachines(members);
    this.#checkLogs(members);
    this.#checkReads(members);
  }

  #checkElections(members: readonly Member[]): void {
    for (const { id, group } of members) {
      if (group?.role() !== "leader") continue;
      const leader = this.#leaders.get(group.term()) ?? id;
      assert(leader === id, `term ${group.term()} has one leader, not ${leader} and ${id}`);
      this.#leaders.set(group.term(), id);
    }
  }

  #checkMachines(members: readonly Member[]): void {
    for (const { id, disk } of members) {
      for (const [index, command] of disk.machine.applied) {
        const known = this.committed.get(index) ?? command;
        assert(known === command, `${id} applied ${command} at ${index}, others ${known}`);
        this.committed.set(index, command);
        this.#committedMax = Math.max(this.#committedMax, index);
      }
    }
  }

  /** Two logs with an entry of one index and term are the same up to there. */
  #checkLogs(members: readonly Member[]): void {
    const [first, ...others] = members;
    if (first === undefined) return;
    for (const other of others) {
      let isSame = false;
      for (const mine of first.disk.log.entries.toReversed()) {
        const theirs = other.disk.log.entries[mine.index - other.disk.log.base.index - 1];
        if (theirs === undefined) continue;
        const isEqual = mine.term === theirs.term && mine.command === theirs.command;
        assert(!isSame || isEqual, `logs of ${first.id} and ${other.id} match at ${mine.index}`);
        isSame ||= mine.term === theirs.term;
      }
    }
    this.#checkLogs(others);
  }

  /** Who may serve reads has applied everything that anyone ever applied. */
  #checkReads(members: readonly Member[]): void {
    for (const { id, group, disk } of members) {
      if (!group?.canRead()) continue;
      const applied = disk.machine.appliedIndex();
      assert(applied >= this.#committedMax, `${id} reads at ${applied} of ${this.#committedMax}`);
    }
  }
}
