// A Docker engine of the tests' own, started when a test first asks for it and ended after the last
// test of the run, with everything that it held. No registry is needed: images are made here.
import { afterAll } from "bun:test";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { eventually } from "./eventually.ts";

export interface TestEngine {
  readonly client: Docker;
  /** As DOCKER_HOST. */
  readonly host: string;
  /** Ends it, and with it every container's process; it comes back with all that it held. */
  restart(): Promise<void>;
}

interface OwnEngine extends TestEngine {
  end(): Promise<void>;
}

const NET_ADMIN = 12n;
const SYS_ADMIN = 21n;
const UP_WITHIN_MS = 30_000;
/** Members of one network must reach each other also where other traffic is not forwarded. */
const BRIDGE_RULE = ["FORWARD", "-m", "physdev", "--physdev-is-bridged"];
const RULE_NAME = `operator-test-${process.pid}`;

/** Why there can be no engine here; undefined when there can. For a test's name. */
export const noEngine: string | undefined = whyNone();

let running: Promise<OwnEngine> | undefined;

// bunfig.toml loads this file before every other one: so this is the end of the whole run.
afterAll(async () => {
  await (await running)?.end();
});

export function testEngine(): Promise<TestEngine> {
  running ??= start();
  return running;
}

function whyNone(): string | undefined {
  if (process.platform !== "linux") return "an engine is started on Linux alone";
  if (process.getuid?.() !== 0) return "only root may start an engine";
  if (!Bun.which("dockerd")) return "dockerd is not on PATH";
  return mayMountAndRoute() ? undefined : "root may neither mount nor route here";
}

/** In a container without privileges it may not. The numbers are those of capabilities(7). */
function mayMountAndRoute(): boolean {
  const [, mask = "0"] = /^CapEff:\s+(\w+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  const needed = (1n << SYS_ADMIN) | (1n << NET_ADMIN);
  return (BigInt(`0x${mask}`) & needed) === needed;
}

async function start(): Promise<OwnEngine> {
  const dir = await mkdtemp(join(tmpdir(), "operator-engine-"));
  const client = new Docker({ host: undefined, socketPath: join(dir, "docker.sock") });
  const hasRule = await allowBridged();
  let daemon = await startDaemon(dir, client);
  const stop = async () => {
    daemon.kill("SIGTERM");
    await daemon.exited;
  };
  return {
    client,
    host: `unix://${join(dir, "docker.sock")}`,
    async restart() {
      await stop();
      daemon = await startDaemon(dir, client);
    },
    async end() {
      await removeAll(client);
      await stop();
      // It mounts its root on itself; after a restart nobody may feel bound to undo that.
      await runQuietly(["umount", join(dir, "data")]);
      if (hasRule) await iptables("-D");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** It has no bridge of its own, and writes no rules: those of another engine stay as they are. */
async function startDaemon(dir: string, client: Docker): Promise<Bun.Subprocess> {
  const at = (flag: string, name: string) => [`--${flag}`, join(dir, name)];
  const places = [...at("data-root", "data"), ...at("exec-root", "exec"), ...at("pidfile", "pid")];
  const rules = ["--bridge", "none", "--iptables=false", "--ip6tables=false"];
  const words = ["--host", `unix://${join(dir, "docker.sock")}`, ...places, ...rules];
  const log = Bun.file(join(dir, "log"));
  const daemon = Bun.spawn(["dockerd", ...words], {
    env: { PATH: process.env.PATH },
    stdio: ["ignore", log, log],
  });
  const answers = () =>
    client.ping().then(
      () => true,
      () => false,
    );
  await eventually(answers, "dockerd answers", UP_WITHIN_MS);
  return daemon;
}

async function removeAll(client: Docker): Promise<void> {
  for (const { Id } of await client.listContainers({ all: true })) {
    await client.getContainer(Id).remove({ force: true });
  }
  for (const { Id, Name } of await client.listNetworks()) {
    if (!["host", "none", "bridge"].includes(Name)) await client.getNetwork(Id).remove();
  }
}

/** False where there is no iptables, and so nobody who forbids. */
async function allowBridged(): Promise<boolean> {
  return Bun.which("iptables") !== null && (await iptables("-I")) === 0;
}

function iptables(change: "-I" | "-D"): Promise<number> {
  const comment = ["-m", "comment", "--comment", RULE_NAME];
  const words = ["iptables", "-w", change, ...BRIDGE_RULE, ...comment, "-j", "ACCEPT"];
  return runQuietly(words);
}

function runQuietly(words: string[]): Promise<number> {
  return Bun.spawn(words, { stdio: ["ignore", "ignore", "ignore"] }).exited;
}
