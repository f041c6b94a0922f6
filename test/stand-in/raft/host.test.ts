// Hosts with SQLite files and HTTP between them, in one process: what the simulator leaves out.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, systemRandom } from "../../../src/infra/clock.ts";
import type { RaftNode, StateMachine } from "../../../subjects/tikv/stand-in/raft/consensus.ts";
import { RaftHost } from "../../../subjects/tikv/stand-in/raft/host.ts";
import {
  openRegionMachine,
  putCommand,
  type RegionMachine,
} from "../../../subjects/tikv/stand-in/store/region-machine.ts";
import { eventually } from "../../support/eventually.ts";

const IDS = ["1", "2", "3"];
const TIMINGS = { heartbeatMs: 60, electionMinMs: 300, electionMaxMs: 600 };

test("a member that was away for too long catches up by a snapshot, in its file, too", async () => {
  using trio = new Trio();
  await trio.write(3);
  const away = trio.follower();
  trio.stop(away);
  await trio.write(60);
  trio.start(away);
  await eventually(() => trio.machine(away).get("k60") === "v", "the snapshot has arrived");
  trio.stop(away);
  trio.start(away);
  expect(trio.machine(away).get("k3")).toBe("v");
  const rows = trio.host(away).database.query("SELECT min(log_index) AS first FROM raft_log").get();
  expect(rows).not.toEqual({ first: 1 });
});

test("all stopped and started again know their term, their vote and what was applied", async () => {
  using trio = new Trio();
  await trio.write(5);
  const terms = IDS.map((id) => trio.node(id).term());
  for (const id of IDS) trio.stop(id);
  for (const id of IDS) trio.start(id);
  expect(IDS.map((id) => trio.node(id).term())).toEqual(terms);
  await trio.write(6);
  const led = trio.leader()?.nodeId ?? "";
  expect(trio.machine(led).get("k5")).toBe("v");
});

test("a host whose writes fail says nothing any more", async () => {
  const home = mkdtempSync(join(tmpdir(), "raft-"));
  using host = openHost({ home, id: "1", urlOf: () => undefined });
  const broken: StateMachine = {
    appliedIndex: () => 0,
    apply: () => {
      throw new Error("disk full");
    },
    snapshot: () => "",
    restore: () => {},
  };
  const node = host.addGroup({ groupId: 1, peers: ["1"], stateMachine: broken });
  await eventually(() => node.canRead(), "a group of one leads itself");
  const failed = host.failed.catch((error: Error) => error.message);
  const outcome = await node.propose("x", 1_000);
  expect(outcome.state).toBe("uncertain");
  expect(await failed).toBe("disk full");
  rmSync(home, { recursive: true });
});

/** Three members of one group; each may be stopped, and started again from its file. */
class Trio implements Disposable {
  readonly #home = mkdtempSync(join(tmpdir(), "raft-"));
  readonly #members = new Map<string, { host: RaftHost; node: RaftNode; machine: RegionMachine }>();
  readonly #server: Bun.Server<undefined>;

  constructor() {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => {
        const member = this.#members.get(new URL(request.url).pathname.slice(1));
        if (member === undefined) return new Response("", { status: 503 });
        return new Response(member.host.handleHttp(await request.text()));
      },
    });
    for (const id of IDS) this.start(id);
  }

  start(id: string): void {
    const urlOf = (to: string) => `http://127.0.0.1:${this.#server.port}/${to}`;
    const host = openHost({ home: this.#home, id, urlOf });
    const machine = openRegionMachine(host.database, 1);
    const node = host.addGroup({ groupId: 1, peers: IDS, stateMachine: machine, logKeptMax: 10 });
    this.#members.set(id, { host, node, machine });
  }

  stop(id: string): void {
    this.#members.get(id)?.host[Symbol.dispose]();
    this.#members.delete(id);
  }

  /** The keys k1 to k`count`, each acknowledged. */
  async write(count: number): Promise<void> {
    for (let index = 1; index <= count; index += 1) {
      await eventually(async () => {
        const outcome = await this.leader()?.propose(putCommand(`k${index}`, "v"), 1_000);
        return outcome?.state === "applied";
      }, `k${index} is applied`);
    }
  }

  leader(): RaftNode | undefined {
    return [...this.#members.values()].find(({ node }) => node.canRead())?.node;
  }

  follower(): string {
    return IDS.find((id) => this.node(id).role() === "follower") ?? "";
  }

  host(id: string): RaftHost {
    return this.#member(id).host;
  }

  node(id: string): RaftNode {
    return this.#member(id).node;
  }

  machine(id: string): RegionMachine {
    return this.#member(id).machine;
  }

  [Symbol.dispose](): void {
    for (const id of IDS) this.stop(id);
    void this.#server.stop(true);
    rmSync(this.#home, { recursive: true, force: true });
  }

  #member(id: string) {
    const member = this.#members.get(id);
    if (member === undefined) throw new Error(`member ${id} is stopped`);
    return member;
  }
}

function openHost(options: {
  readonly home: string;
  readonly id: string;
  readonly urlOf: (id: string) => string | undefined;
}): RaftHost {
  return new RaftHost({
    databaseFile: join(options.home, `${options.id}.sqlite`),
    nodeId: options.id,
    urlOf: options.urlOf,
    timings: TIMINGS,
    clock: systemClock,
    random: systemRandom,
  });
}
