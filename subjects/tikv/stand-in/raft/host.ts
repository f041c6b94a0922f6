// All Raft groups of one process: one SQLite file, one timer, one transport. This is what the PD
// and store stand-ins use:
//   const host = new RaftHost({ databaseFile, nodeId, urlOf, timings, clock, random });
//   const node = host.addGroup({ groupId, peers, stateMachine });  // tables in `host.database`
//   POST <urlOf(peer)>: respond with `host.handleHttp(await request.text())`
import { Database } from "bun:sqlite";
import type { Clock } from "../../../../src/domain/clock.ts";
import type { RaftNode, RaftTimings, StateMachine } from "./consensus.ts";
import { createRaftGroup, type RaftGroup } from "./group.ts";
import { type RaftMessage, raftBatchSchema } from "./message.ts";
import { openRaftStorage, prepareRaftTables } from "./storage.ts";
import { Transport } from "./transport.ts";

export interface RaftHostOptions {
  /** Created when missing. State machines keep their tables in it, too. */
  readonly databaseFile: string;
  readonly nodeId: string;
  /** Where a peer's messages are posted; undefined while its address is not known. */
  readonly urlOf: (nodeId: string) => string | undefined;
  /** Of all groups. */
  readonly timings: RaftTimings;
  readonly clock: Clock;
  /** [0, 1) */
  readonly random: () => number;
}

export interface GroupPlan {
  readonly groupId: number;
  /** All members' ids, this one's included. */
  readonly peers: readonly string[];
  /**
   * `apply` and `restore` run inside a transaction of `database`, together with the log's writes.
   */
  readonly stateMachine: StateMachine;
  readonly logKeptMax?: number;
}

/** Ticks finer than a heartbeat, so that randomised election timeouts differ. */
const TICKS_PER_HEARTBEAT = 4;

/** Holds the database, the timer and the requests under way. */
export class RaftHost implements Disposable {
  readonly database: Database;
  readonly #options: RaftHostOptions;
  readonly #groups = new Map<number, RaftGroup>();
  readonly #transport: Transport;
  readonly #timer: NodeJS.Timeout;
  /** Groups with proposals that wait for the end of this turn. */
  readonly #awake = new Set<number>();
  /** Where messages go that answer the request being handled; the others wait for a POST. */
  #answering: { readonly to: string; readonly messages: RaftMessage[] } | undefined;
  readonly #failure = Promise.withResolvers<never>();
  #isClosed = false;

  constructor(options: RaftHostOptions) {
    this.#options = options;
    this.database = new Database(options.databaseFile, { create: true });
    prepareRaftTables(this.database);
    this.#transport = new Transport({
      nodeId: options.nodeId,
      urlOf: options.urlOf,
      // A stopped peer takes connections and never answers: give up before an election. A slow
      // one may take a quarter of a second for each of two round trips, to connect and to answer.
      deadlineMs: Math.max(200, Math.round(options.timings.electionMinMs * 0.7)),
      onAnswer: (messages) => this.#receive(messages),
    });
    const tickMs = Math.max(10, Math.floor(options.timings.heartbeatMs / TICKS_PER_HEARTBEAT));
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  /** Loads what is durable of the group and lets it take part. Once for each id. */
  addGroup(plan: GroupPlan): RaftNode {
    const group = createRaftGroup({
      ...this.#options,
      ...plan,
      storage: openRaftStorage(this.database, plan.groupId),
      send: (message) => this.#send(message),
      wake: () => this.#wake(plan.groupId),
    });
    this.#groups.set(plan.groupId, group);
    return group;
  }

  /** Rejects when a write failed; the host is closed then. Left unhandled it ends the process. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  groups(): readonly RaftNode[] {
    return [...this.#groups.values()];
  }

  /**
   * Takes the body of a peer's POST and gives the body of the answer. Throws on a malformed one.
   */
  handleHttp(body: string): string {
    const batch = raftBatchSchema.parse(JSON.parse(body));
    const messages: RaftMessage[] = [];
    this.#answering = { to: batch.from, messages };
    try {
      this.#receive(batch.messages);
    } finally {
      this.#answering = undefined;
    }
    return JSON.stringify({ from: this.#options.nodeId, messages });
  }

  /** Waiting proposals become uncertain; nothing is sent or written afterwards. Idempotent. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#transport[Symbol.dispose]();
    for (const group of this.#groups.values()) group.close();
    this.database.close();
  }

  #tick(): void {
    this.#settle([...this.#groups.values()].filter((group) => group.tick()));
  }

  #receive(messages: readonly RaftMessage[]): void {
    if (this.#isClosed) return;
    const touched = new Set<RaftGroup>();
    for (const message of messages) {
      const group = this.#groups.get(message.group);
      group?.receive(message);
      if (group) touched.add(group);
    }
    this.#settle([...touched]);
  }

  /** Proposals of one turn of the event loop share a transaction and a POST. */
  #wake(groupId: number): void {
    this.#awake.add(groupId);
    if (this.#awake.size > 1) return;
    setImmediate(() => {
      const groups = [...this.#groups.values()].filter((group) => this.#awake.has(group.groupId));
      this.#awake.clear();
      if (!this.#isClosed) this.#settle(groups);
    });
  }

  /** What memory decided becomes durable, and only then visible. */
  #settle(groups: readonly RaftGroup[]): void {
    const writing = groups.filter((group) => group.prepare());
    try {
      if (writing.length > 0) this.database.transaction(() => persistAll(groups))();
      else persistAll(groups);
    } catch (error) {
      // Memory is ahead of the disk now: this member must say nothing any more.
      this.#failure.reject(error);
      this[Symbol.dispose]();
      return;
    }
    for (const group of groups) group.deliver();
    this.#transport.flush();
  }

  #send(message: RaftMessage): void {
    if (this.#answering?.to === message.to) this.#answering.messages.push(message);
    else this.#transport.enqueue(message);
  }
}

function persistAll(groups: readonly RaftGroup[]): void {
  for (const group of groups) group.persist();
}
