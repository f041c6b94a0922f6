// Three store stand-ins as real processes in a home of their own, with a fake PD beside them.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { MemberPlan, Topology } from "../../../src/domain/subject.ts";
import { KV_PATHS, type KvReply, kvReplySchema } from "../../../subjects/tikv/stand-in/protocol.ts";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/free-port.ts";
import { FakePd } from "./fake-pd.ts";

const SCRIPT = join(import.meta.dir, "../../support/run-store.ts");
const NAMES = ["tikv1", "tikv2", "tikv3"];

export class StoreCluster implements AsyncDisposable {
  readonly pd: FakePd;
  readonly home: string;
  readonly topology: Topology;
  readonly #planFile: string;
  readonly #running = new Map<string, Bun.Subprocess>();
  readonly #paused = new Set<string>();

  private constructor(options: { pd: FakePd; home: string; topology: Topology }) {
    this.pd = options.pd;
    this.home = options.home;
    this.topology = options.topology;
    this.#planFile = join(options.home, "plan.json");
    const { home, topology } = options;
    writeFileSync(this.#planFile, JSON.stringify({ home, topology }));
  }

  /** Started, and every region has a leader that PD knows. */
  static async start(): Promise<StoreCluster> {
    const pd = new FakePd();
    const home = mkdtempSync(join(tmpdir(), "stores-"));
    const members = [pdPlan(pd.port), ...(await Promise.all(NAMES.map(storePlan)))];
    const topology = { subject: "tikv", timeScale: 300, members, endpoints: [] };
    const cluster = new StoreCluster({ pd, home, topology });
    // What does not come up leaves neither processes nor files.
    await using starting = new AsyncDisposableStack();
    starting.use(cluster);
    for (const name of NAMES) cluster.run(name);
    await eventually(() => pd.leaders().size === 2, "both regions have a leader");
    starting.move();
    return cluster;
  }

  run(name: string): void {
    const log = Bun.file(join(this.home, `${name}.log`));
    const command = [process.execPath, SCRIPT, name, this.#planFile];
    const child = Bun.spawn(command, { stdin: "pipe", stdout: log, stderr: log });
    this.#running.set(name, child);
  }

  /** Gives the exit code, or undefined when a signal ended it. */
  async end(name: string, signal: "SIGKILL" | "SIGTERM"): Promise<number | undefined> {
    const child = this.#running.get(name);
    this.#running.delete(name);
    child?.kill(signal);
    await child?.exited;
    return child?.exitCode ?? undefined;
  }

  /** `put` and `get` pass a stopped one over. */
  pause(name: string): void {
    this.#paused.add(name);
    this.#running.get(name)?.kill("SIGSTOP");
  }

  resume(name: string): void {
    this.#paused.delete(name);
    this.#running.get(name)?.kill("SIGCONT");
  }

  /** Of the region that holds the key, as the stores themselves say; waits for one. */
  leaderOf(key: string): Promise<string> {
    const isLeader = async (name: string) =>
      this.#running.has(name) && (await this.ask(name, key))?.type === "value";
    return eventually(async () => {
      const answers = await Promise.all(NAMES.map(isLeader));
      return NAMES.find((_, index) => answers[index]);
    }, `someone leads the region of ${key}`);
  }

  others(name: string): readonly string[] {
    return NAMES.filter((other) => other !== name);
  }

  /** Undefined when it does not answer. */
  ask(name: string, key: string): Promise<KvReply | undefined> {
    return this.send(name, KV_PATHS.get, { key });
  }

  tell(name: string, key: string, value: string): Promise<KvReply | undefined> {
    return this.send(name, KV_PATHS.put, { key, value });
  }

  /** Undefined when it does not answer. */
  async send(name: string, path: string, body: unknown): Promise<KvReply | undefined> {
    const url = `http://127.0.0.1:${this.#port(name, "client")}${path}`;
    const signal = AbortSignal.timeout(3_000);
    const init = { method: "POST", body: JSON.stringify(body), signal };
    const response = await fetch(url, init).catch(() => undefined);
    return response?.ok ? kvReplySchema.parse(await response.json().catch(() => ({}))) : undefined;
  }

  /** Tries all stores until one says that it is written. */
  async put(key: string, value: string): Promise<void> {
    await eventually(async () => {
      for (const name of this.#awake()) {
        if ((await this.tell(name, key, value))?.type === "written") return true;
      }
      return false;
    }, `${key} is written`);
  }

  /** Tries all stores until one answers with a value. */
  get(key: string): Promise<string | null> {
    return eventually(async () => {
      for (const name of this.#awake()) {
        const reply = await this.ask(name, key);
        if (reply?.type === "value") return { value: reply.value };
      }
      return undefined;
    }, `${key} is read`).then(({ value }) => value);
  }

  status(name: string, path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#port(name, "status")}${path}`, init);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of [...this.#running.keys()]) await this.end(name, "SIGKILL");
    await this.pd[Symbol.asyncDispose]();
    rmSync(this.home, { recursive: true, force: true });
  }

  #awake(): readonly string[] {
    return NAMES.filter((name) => this.#running.has(name) && !this.#paused.has(name));
  }

  #port(name: string, port: string): number {
    const member = this.topology.members.find((candidate) => candidate.name === name);
    return z.number().parse(member?.ports[port]);
  }
}

function pdPlan(port: number): MemberPlan {
  return { name: "pd1", role: "pd", isStandIn: true, ports: { client: port }, settings: {} };
}

async function storePlan(name: string): Promise<MemberPlan> {
  const ports = { client: await freePort(), status: await freePort() };
  return { name, role: "tikv", isStandIn: true, ports, settings: {} };
}
