// Three PD stand-ins as real processes in a home of their own, asked over HTTP.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { MemberPlan, Topology } from "../../../src/domain/subject.ts";
import { PD_PATHS } from "../../../subjects/tikv/stand-in/protocol.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free-port.ts";
import { joinRequest } from "./lone-member.ts";

const SCRIPT = join(import.meta.dir, "../../support/run-pd.ts");
export const PD_NAMES = ["pd1", "pd2", "pd3"] as const;

export interface PdAnswer {
  readonly status: number;
  readonly text: string;
}

const memberSchema = z.object({ name: z.string() });
const membersSchema = z.object({
  leader: memberSchema.optional(),
  etcd_leader: memberSchema.optional(),
});

export class PdCluster implements AsyncDisposable {
  readonly topology: Topology;
  readonly #home: string;
  readonly #planFile: string;
  readonly #running = new Map<string, Bun.Subprocess>();

  private constructor(home: string, topology: Topology) {
    this.#home = home;
    this.topology = topology;
    this.#planFile = join(home, "plan.json");
    writeFileSync(this.#planFile, JSON.stringify({ home, topology }));
  }

  /** Started, and one of them is PD leader. */
  static async start(): Promise<PdCluster> {
    const home = mkdtempSync(join(tmpdir(), "pd-"));
    const members = await Promise.all(PD_NAMES.map(planOf));
    const cluster = new PdCluster(home, { subject: "tikv", timeScale: 20, members, endpoints: [] });
    // What does not come up leaves neither processes nor files.
    await using starting = new AsyncDisposableStack();
    starting.use(cluster);
    for (const name of PD_NAMES) cluster.run(name);
    await cluster.leader();
    starting.move();
    return cluster;
  }

  run(name: string): void {
    const log = Bun.file(join(this.#home, `${name}.log`));
    const command = [process.execPath, SCRIPT, name, this.#planFile];
    this.#running.set(name, Bun.spawn(command, { stdin: "ignore", stdout: log, stderr: log }));
  }

  /** Gives the exit code, or undefined when a signal ended it. */
  async end(name: string, signal: "SIGKILL" | "SIGTERM"): Promise<number | undefined> {
    const child = this.#running.get(name);
    this.#running.delete(name);
    child?.kill(signal);
    await child?.exited;
    return child?.exitCode ?? undefined;
  }

  alive(): readonly string[] {
    return PD_NAMES.filter((name) => this.#running.has(name));
  }

  async ask(name: string, path: string, init: RequestInit = {}): Promise<PdAnswer> {
    const signal = AbortSignal.timeout(8_000);
    const url = `http://127.0.0.1:${this.port(name)}${path}`;
    const response = await fetch(url, { ...init, signal });
    return { status: response.status, text: await response.text() };
  }

  post(name: string, path: string, body: unknown): Promise<PdAnswer> {
    return this.ask(name, path, { method: "POST", body: JSON.stringify(body) });
  }

  /** Of any that answers: who leads PD and who leads etcd. */
  async leaders(): Promise<{ readonly pd?: string; readonly etcd?: string }> {
    for (const name of this.alive()) {
      const answer = await this.ask(name, "/pd/api/v1/members").catch(() => undefined);
      if (answer?.status !== 200) continue;
      const { leader, etcd_leader } = membersSchema.parse(JSON.parse(answer.text));
      return { pd: leader?.name, etcd: etcd_leader?.name };
    }
    return {};
  }

  /** Waits until every living member names the same PD leader, one that lives. */
  leader(): Promise<string> {
    return eventually(async () => {
      const named = new Set<string | undefined>();
      for (const name of this.alive()) {
        const answer = await this.ask(name, "/pd/api/v1/leader").catch(() => undefined);
        named.add(answer?.status === 200 ? leaderIn(answer.text) : undefined);
      }
      const [leader] = named;
      return named.size === 1 && leader !== undefined && this.alive().includes(leader) && leader;
    }, "all PD members agree on a leader");
  }

  port(name: string): number {
    const member = this.topology.members.find((candidate) => candidate.name === name);
    return z.number().parse(member?.ports.client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.alive()) await this.end(name, "SIGKILL");
    rmSync(this.#home, { recursive: true, force: true });
  }
}

/** Three stores join; nobody runs behind their addresses. Also when they have joined before. */
export async function bootstrapOver(cluster: PdCluster, name: string): Promise<void> {
  for (const host of ["10.0.1.11", "10.0.1.12", "10.0.1.13"]) {
    await cluster.post(name, PD_PATHS.join, joinRequest(host));
  }
}

export function otherPds(name: string): readonly string[] {
  return PD_NAMES.filter((other) => other !== name);
}

function leaderIn(text: string): string | undefined {
  return memberSchema.nullable().parse(JSON.parse(text))?.name;
}

async function planOf(name: string): Promise<MemberPlan> {
  const ports = { client: await freePort(), peer: await freePort() };
  return { name, role: "pd", isStandIn: true, ports, settings: {} };
}
