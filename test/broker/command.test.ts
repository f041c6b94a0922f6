// `operator broker` as a process of its own, and the commands that are led to one.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { lstat, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shellKnowledge } from "../../src/commands/agent-shell.ts";
import { secretsOf } from "../../src/commands/known-secrets.ts";
import { openRuntimeOf } from "../../src/commands/open-runtime.ts";
import { isMissing } from "../../src/infra/files.ts";
import { ratelimiter } from "../../subjects/ratelimiter/definition.ts";
import { brokerRoom, sayTo } from "../support/broker-room.ts";
import { commandContext } from "../support/command-context.ts";
import { eventually } from "../support/eventually.ts";
import { memoryRuntime } from "../support/memory-runtime.ts";

const MAIN = join(import.meta.dir, "..", "..", "src", "main.ts");

let home: string;
let socket: string;
const children: Bun.ReadableSubprocess[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "operator-home-"));
  socket = join(home, "broker", "broker.sock");
});

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(children.splice(0).map(({ exited }) => exited));
  await rm(home, { recursive: true, force: true });
});

/** No engine is where it looks for one. */
function start(words: string, env: Record<string, string> = {}): Bun.ReadableSubprocess {
  const { PATH } = process.env;
  const noEngine = `unix://${home}/no-engine.sock`;
  const child = Bun.spawn([process.execPath, MAIN, ...words.split(" ")], {
    env: { PATH, HOME: home, OPERATOR_HOME: home, DOCKER_HOST: noEngine, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

async function startBroker(): Promise<Bun.ReadableSubprocess> {
  const child = start("broker --subject tikv --project mine");
  const isThere = async () => (await sayTo(socket, "hello\n")).includes('"ok":false');
  await eventually(isThere, "the broker answers");
  return child;
}

async function run(words: string, env?: Record<string, string>): Promise<readonly unknown[]> {
  const child = start(words, env);
  const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return [`${out}${error}`.trim().split("\n")[0], await child.exited];
}

test("it answers without an engine, says so, and takes its socket along at SIGTERM", async () => {
  const broker = await startBroker();
  expect((await lstat(socket)).mode & 0o777).toBe(0o660);
  expect(await sayTo(socket, '{"do":"members"}\n')).toContain("no socket is there");
  broker.kill("SIGTERM");
  expect(await broker.exited).toBe(0);
  expect(isMissing(socket)).toBe(true);
  const lines = (await broker.stdout.text()).trim().split("\n");
  expect(lines[0]).toBe(`[Broker] started: tikv, project mine on ${socket}`);
  const why = /^\[Broker\] no way to members: .+: no socket is there; start Docker/;
  expect(lines).toContainEqual(expect.stringMatching(why));
  expect(lines.at(-1)).toBe("[Broker] stopped");
});

test("one that was killed is followed by another, one that lives by none", async () => {
  const first = await startBroker();
  expect(await run("broker --subject tikv --project mine")).toEqual([
    `operator: listening on ${socket}: another broker does`,
    1,
  ]);
  first.kill("SIGKILL");
  await first.exited;
  expect(isMissing(socket)).toBe(false);
  await startBroker();
});

test("it wants to know whose members, and of which project", async () => {
  expect(await run("broker")).toEqual(["operator: broker needs --subject", 2]);
  expect(await run("broker --subject tikv")).toEqual([
    "operator: broker: tikv is not up in containers here, and no project was named",
    2,
  ]);
});

test("who is led to a broker is told what it does not do", async () => {
  const led = { OPERATOR_BROKER: socket };
  const nobody = `asking the broker at ${socket} for members: no socket is there`;
  expect(await run("subject status tikv", led)).toEqual([`operator: ${nobody}`, 1]);
  for (const verb of ["up", "down"]) {
    const refused = `operator: subject ${verb} is not offered by the broker at ${socket}: `;
    expect(await run(`subject ${verb} tikv`, led)).toEqual([`${refused}only members are`, 2]);
  }
  for (const verb of ["inject", "heal", "recover"]) {
    const refused = `operator: fault ${verb} is not offered by the broker at ${socket}`;
    expect(await run(`fault ${verb} tikv`, led)).toEqual([refused, 2]);
  }
  expect((await run("doctor --json", led))[0]).toContain(
    `{"name":"broker","state":"broken","detail":"${nobody}; start the broker, or name its socket`,
  );
});

test("a monitor waits for a broker that is not there yet, and one look does not", async () => {
  const led = { OPERATOR_BROKER: socket };
  const nobody = `asking the broker at ${socket} for members: no socket is there`;
  const monitor = start("monitor --subject tikv", led);
  const { value } = await monitor.stderr.getReader().read();
  expect(new TextDecoder().decode(value)).toBe(`[Trouble] ${nobody}; trying again\n`);
  monitor.kill("SIGTERM");
  expect(await monitor.exited).toBe(0);
  expect(await run("monitor --subject tikv --once", led)).toEqual([`operator: ${nobody}`, 1]);
});

test("beside a broker the guard knows members by their names in the network", () => {
  const readHosts = (env: Record<string, string>) => {
    const context = commandContext({ typed: [], env: { OPERATOR_HOME: home, ...env }, self: [] });
    return shellKnowledge(context)({ subject: "tikv", members: ["tikv1"] }).readHosts;
  };
  const named = { PD_ENDPOINT: "http://pd1:2379" };
  expect(readHosts(named)).toEqual(["pd1:2379"]);
  expect(readHosts({ ...named, OPERATOR_BROKER: socket })).toEqual(["pd1:2379", "tikv1"]);
});

test("a token comes from a file or a variable, and of both from the file", async () => {
  const { runtime } = memoryRuntime({ node1: "limiter" });
  const topology = { ...runtime.topology, subject: "ratelimiter" };
  await using room = await brokerRoom(async () => ({ ...runtime, topology }));
  const file = join(home, "token");
  await Bun.write(file, "from a file\n");
  const settingsFor = async (env: Record<string, string>) => {
    const all = { OPERATOR_HOME: home, OPERATOR_BROKER: room.socket, ...env };
    const context = commandContext({ typed: [], env: all, self: [] });
    const opened = await openRuntimeOf(context, { definition: ratelimiter, endpoints: [] });
    return opened?.topology.members.map(({ host, settings }) => [host, settings]);
  };
  const name = "OPERATOR_RATELIMITER_TOKEN";
  expect(await settingsFor({ [name]: "typed" })).toEqual([["node1", { token: "typed" }]]);
  const both = { [name]: "typed", [`${name}_FILE`]: file };
  expect(await settingsFor(both)).toEqual([["node1", { token: "from a file" }]]);
  expect(await settingsFor({ [`${name}_FILE`]: "/dev/null" })).toEqual([["node1", {}]]);
  expect(secretsOf(both)).toEqual(["typed", "from a file\n"]);
  await expect(settingsFor({ [`${name}_FILE`]: join(home, "none") })).rejects.toMatchObject({
    code: "runtime",
    message: expect.stringContaining(`reading ${name}_FILE: ENOENT`),
  });
});
