import { afterEach, expect, test } from "bun:test";
import {
  identify,
  isAlive,
  type ProcessIdentity,
  signalProcess,
  stateOf,
} from "../../src/infra/process-identity.ts";
import { eventually } from "../support/eventually.ts";

const started: Bun.Subprocess[] = [];

afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
});

function startProcess(command = ["sleep", "300"]): ProcessIdentity {
  const child = Bun.spawn(command, { stdio: ["ignore", "ignore", "ignore"], detached: true });
  started.push(child);
  const identity = identify(child.pid);
  if (!identity) throw new Error("the process ended at once");
  return identity;
}

test("a process keeps its identity while it is paused and resumed", async () => {
  const identity = startProcess();
  expect(stateOf(identity)).toBe("running");
  signalProcess(identity, "SIGSTOP");
  await eventually(() => stateOf(identity) === "paused", "paused");
  expect(identify(identity.pid)).toEqual(identity);
  signalProcess(identity, "SIGCONT");
  await eventually(() => stateOf(identity) === "running", "running");
});

test("a killed process is gone, and signalling it signals nothing", async () => {
  const identity = startProcess();
  expect(signalProcess(identity, "SIGKILL")).toBe(true);
  await eventually(() => !isAlive(identity), "gone");
  expect(signalProcess(identity, "SIGKILL")).toBe(false);
  expect(identify(identity.pid)).toBeUndefined();
});

test("a process that took over a recorded pid is not signalled", () => {
  const foreign = startProcess();
  const recorded = { ...foreign, startTime: `1${foreign.startTime}` };
  expect(stateOf(recorded)).toBe("gone");
  expect(signalProcess(recorded, "SIGKILL")).toBe(false);
  expect(stateOf(foreign)).toBe("running");
});

test("a group dies with the process that leads it", async () => {
  const leader = startProcess(["sh", "-c", "sleep 300 & wait"]);
  const member = await eventually(() => childOf(leader.pid), "the leader's child");
  signalProcess(leader, "SIGKILL");
  await eventually(() => !isAlive(leader) && !isAlive(member), "both are gone");
});

test("a process that leads no group is signalled alone", async () => {
  const leader = startProcess(["sh", "-c", "sleep 300 & wait"]);
  const member = await eventually(() => childOf(leader.pid), "the leader's child");
  expect(signalProcess(member, "SIGKILL")).toBe(true);
  await eventually(() => !isAlive(member), "gone");
});

test("no process has a pid beyond the system's limit", () => {
  expect(identify(2 ** 30)).toBeUndefined();
});

function childOf(pid: number): ProcessIdentity | undefined {
  const { stdout } = Bun.spawnSync(["ps", "-A", "-o", "pid=,ppid="]);
  const rows = stdout
    .toString()
    .split("\n")
    .map((row) => row.trim().split(/\s+/).map(Number));
  const child = rows.find(([, parent]) => parent === pid)?.[0];
  return child === undefined ? undefined : identify(child);
}
