// A whole Raft group in memory, driven by one seed: members, their disks, a network that drops,
// delays, repeats and cuts, restarts and pauses. After every step the safety of Raft is asserted.

import { seededRandom } from "../../../src/infra/clock.ts";
import type { ProposalOutcome } from "../../../subjects/tikv/stand-in/raft/consensus.ts";
import { createRaftGroup, type RaftGroup } from "../../../subjects/tikv/stand-in/raft/group.ts";
import type { RaftMessage } from "../../../subjects/tikv/stand-in/raft/message.ts";
import { createMemoryDisk, type MemoryDisk } from "./memory-disk.ts";
import { SafetyRecord } from "./safety-record.ts";

export interface Member {
  readonly id: string;
  readonly disk: MemoryDisk;
  group: RaftGroup | undefined;
  /** Neither ticks nor hears anything before this time: a stopped process. */
  pausedUntilMs: number;
}

interface Flight {
  readonly atMs: number;
  readonly message: RaftMessage;
}

export const STEP_MS = 10;
const TIMINGS = { heartbeatMs: 50, electionMinMs: 250, electionMaxMs: 500 };

export class Simulation {
  readonly random: () => number;
  readonly safety = new SafetyRecord();
  readonly members: readonly Member[];
  readonly outcomes: { readonly command: string; readonly outcome: ProposalOutcome }[] = [];
  nowMs = 1_000_000;
  isCalm = false;
  #flights: Flight[] = [];
  #cut = new Set<string>();
  #proposed = 0;

  constructor(options: { readonly seed: number; readonly size: number }) {
    this.random = seededRandom(options.seed);
    this.members = Array.from({ length: options.size }, (_, index) => ({
      id: `n${index + 1}`,
      disk: createMemoryDisk(),
      group: undefined,
      pausedUntilMs: 0,
    }));
    for (const member of this.members) this.#start(member);
  }

  /** One step of time. `await` it: outcomes arrive as promises. */
  async step(): Promise<void> {
    this.nowMs += STEP_MS;
    if (!this.isCalm) this.#disturb();
    if (this.random() < 0.3) this.propose();
    for (const member of this.members) this.#run(member);
    this.safety.check(this.members);
    await Promise.resolve();
  }

  /** Ends all faults, for good. */
  heal(): void {
    this.isCalm = true;
    this.#cut.clear();
    for (const member of this.members) {
      member.pausedUntilMs = 0;
      if (member.group === undefined) this.#start(member);
    }
  }

  /** To every member that takes itself for the leader, also a deposed one. */
  propose(): void {
    for (const { group } of this.members) {
      if (group?.role() !== "leader") continue;
      this.#proposed += 1;
      const command = `c${this.#proposed}`;
      const done = group.propose(command, 1_000);
      void done.then((outcome) => this.outcomes.push({ command, outcome }));
    }
  }

  leader(): RaftGroup | undefined {
    const leaders = this.members.flatMap(({ group }) => (group?.canRead() ? [group] : []));
    return leaders.sort((left, right) => right.term() - left.term())[0];
  }

  #run(member: Member): void {
    if (member.group === undefined || this.nowMs < member.pausedUntilMs) return;
    const isDue = (flight: Flight) => flight.message.to === member.id && flight.atMs <= this.nowMs;
    const due = this.#flights.filter(isDue);
    this.#flights = this.#flights.filter((flight) => !isDue(flight));
    for (const { message } of due) member.group.receive(message);
    member.group.tick();
    member.group.prepare();
    member.group.persist();
    // A crash after the disk has it and before anyone else does.
    if (!this.isCalm && this.random() < 0.002) this.#stop(member);
    else member.group.deliver();
  }

  #disturb(): void {
    const member = this.members[Math.floor(this.random() * this.members.length)];
    if (member === undefined) return;
    const chance = this.random();
    if (member.group === undefined) {
      if (chance < 0.2) this.#start(member);
    } else if (chance < 0.004) this.#stop(member);
    else if (chance < 0.008) member.pausedUntilMs = this.nowMs + this.random() * 1_500;
    else if (chance < 0.016) this.#cutRandomly();
    else if (chance < 0.03) this.#cut.clear();
    else if (chance < 0.034) member.group.transferLeadership(this.members[0]?.id ?? "");
  }

  /** Each direction of each pair on its own, so that one-way cuts happen, too. */
  #cutRandomly(): void {
    for (const from of this.members) {
      for (const to of this.members) {
        if (this.random() < 0.4) this.#cut.add(`${from.id}>${to.id}`);
      }
    }
  }

  #send(message: RaftMessage): void {
    if (this.#cut.has(`${message.from}>${message.to}`)) return;
    if (!this.isCalm && this.random() < 0.05) return;
    const copies = !this.isCalm && this.random() < 0.05 ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const isLate = !this.isCalm && this.random() < 0.05;
      const delayMs = this.random() * (isLate ? 800 : 20);
      this.#flights.push({ atMs: this.nowMs + delayMs, message: structuredClone(message) });
    }
  }

  #start(member: Member): void {
    member.group = createRaftGroup({
      groupId: 1,
      nodeId: member.id,
      peers: this.members.map(({ id }) => id),
      timings: TIMINGS,
      storage: member.disk.storage,
      stateMachine: member.disk.machine,
      clock: {
        now: () => this.nowMs,
        elapsed: () => this.nowMs,
        sleep: () => Promise.resolve(),
      },
      random: this.random,
      send: (message) => this.#send(message),
      wake: () => {},
      logKeptMax: 12,
    });
  }

  #stop(member: Member): void {
    member.group?.close();
    member.group = undefined;
  }
}
