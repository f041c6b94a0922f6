import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MemberPlan } from "../../src/domain/subject.ts";
import { identify, isAlive, stateOf } from "../../src/infra/process-identity.ts";
import { eventually } from "../support/eventually.ts";
import { createToyHome } from "../support/toy-home.ts";
import { httpPortOf, TOY_TROUBLES } from "../support/toy-subject.ts";

async function answers(plan: MemberPlan): Promise<boolean> {
  const signal = AbortSignal.timeout(500);
  const url = `http://127.0.0.1:${httpPortOf(plan)}/health`;
  return fetch(url, { signal }).then(
    ({ ok }) => ok,
    () => false,
  );
}

test("members answer when up returns, each on ports of its own", async () => {
  await using home = await createToyHome();
  const { members } = await home.up();
  expect(await Promise.all(members.map(answers))).toEqual([true, true]);
  const ports = members.flatMap((member) => Object.values(member.ports));
  expect(new Set(ports).size).toBe(4);
});

test("members outlive the command that started them, in sessions of their own", async () => {
  await using home = await createToyHome();
  const command = home.spawnSubject(["up", "toy"]);
  // To the end of its output: a member that held the pipe would hold the reader.
  expect(await command.stdout.text()).toContain("2 of 2 members running");
  expect(await command.exited).toBe(0);
  const members = await (await home.runtime()).members();
  expect(members.map(({ state }) => state)).toEqual(["running", "running"]);
  const { stdout } = Bun.spawnSync(["ps", "-A", "-o", "pid=,sid="]);
  const sessions = new Map(rowsOf(stdout.toString()).map(([pid, session]) => [pid, session]));
  for (const { pid } of members) expect(sessions.get(pid ?? 0)).toBe(pid ?? -1);
});

test("a killed member is stopped by SIGKILL, alone, and starts again on its ports", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  const before = await runtime.members();
  const killed = await runtime.operate("one", "kill");
  expect([killed.state, killed.pid, killed.lastExit]).toEqual(["stopped", null, "SIGKILL"]);
  expect((await runtime.members())[1]).toEqual(before[1]);
  const started = await runtime.operate("one", "start");
  expect([started.state, started.ports]).toEqual(["running", before[0]?.ports ?? {}]);
  expect(started.pid).not.toBe(before[0]?.pid ?? 0);
  expect(await answers(await home.plan("one"))).toBe(true);
});

test("a paused member keeps its process and does not answer; a resumed one does", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  const plan = await home.plan("one");
  const paused = await runtime.operate("one", "pause");
  expect([paused.state, await answers(plan)]).toEqual(["paused", false]);
  expect(await runtime.operate("one", "pause")).toEqual(paused);
  const resumed = await runtime.operate("one", "resume");
  expect(resumed).toEqual({ ...paused, state: "running" });
  expect(await answers(plan)).toBe(true);
});

test("a paused member hears the stop, and ends by itself", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  await runtime.operate("one", "pause");
  const stopped = await runtime.operate("one", "stop");
  expect([stopped.state, stopped.lastExit]).toEqual(["stopped", "exit code 0"]);
  expect(await runtime.logs("one", { lines: 1 })).toEndWith("one ends");
});

test("a member that ignores SIGTERM is killed after the grace", async () => {
  await using home = await createToyHome();
  await home.up({ one: TOY_TROUBLES.ignoresTerm });
  const runtime = await home.runtime();
  const stopped = await runtime.operate("one", "stop");
  expect([stopped.state, stopped.lastExit]).toEqual(["stopped", "SIGKILL"]);
}, 30_000);

test("restart gives a new process with the same ports and data", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  const [before] = await runtime.members();
  const kept = join(home.files("one").data, "kept");
  await writeFile(kept, "data");
  const after = await runtime.operate("one", "restart");
  expect(after.ports).toEqual(before?.ports ?? {});
  expect(after.pid).not.toBe(before?.pid ?? 0);
  expect(await Bun.file(kept).text()).toBe("data");
});

test("starting what runs, and stopping what is stopped, change nothing", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  const running = await runtime.operate("one", "resume");
  expect(await runtime.operate("one", "start")).toEqual(running);
  const stopped = await runtime.operate("one", "stop");
  expect(await runtime.operate("one", "stop")).toEqual(stopped);
  expect(await runtime.operate("one", "kill")).toEqual(stopped);
});

test("pause and resume need a process, and a start needs none that is paused", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  await runtime.operate("one", "pause");
  await expect(runtime.operate("one", "start")).rejects.toThrow("it is paused, not stopped");
  await runtime.operate("one", "kill");
  await expect(runtime.operate("one", "pause")).rejects.toThrow("pausing one: it is stopped");
  await expect(runtime.operate("one", "resume")).rejects.toThrow("resuming one: it is stopped");
});

test("an unknown member is not found, and the valid ones are named", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  const refusal = { code: "not_found", message: 'no member "three" in toy: one of one, two' };
  await expect(runtime.operate("three", "kill")).rejects.toMatchObject(refusal);
  await expect(runtime.logs("three", { lines: 1 })).rejects.toMatchObject(refusal);
});

test("a member that ended by itself is stopped, and how is not known", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  const [{ pid } = { pid: null }] = await runtime.members();
  process.kill(pid ?? 0, "SIGKILL");
  await eventually(() => identify(pid ?? 0) === undefined, "gone");
  const [status] = await runtime.members();
  expect([status?.state, status?.lastExit]).toEqual(["stopped", "gone"]);
});

test("a foreign process that has a recorded pid is never signalled", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  await runtime.operate("one", "kill");
  const foreign = Bun.spawn(["sleep", "300"], { detached: true });
  const identity = identify(foreign.pid);
  const forged = { pid: foreign.pid, startTime: "1@another-boot", startedAtMs: 0 };
  await writeFile(home.files("one").process, JSON.stringify(forged));
  expect((await runtime.members())[0]?.state).toBe("stopped");
  for (const operation of ["stop", "kill"] as const) await runtime.operate("one", operation);
  await expect(runtime.operate("one", "pause")).rejects.toThrow("it is stopped");
  expect((await runtime.operate("one", "restart")).pid).not.toBe(foreign.pid);
  expect(identity && stateOf(identity)).toBe("running");
  foreign.kill("SIGKILL");
  await foreign.exited;
});

test("a damaged record is named, and nothing is done on its word", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  await runtime.operate("one", "stop");
  await writeFile(home.files("one").process, "{");
  const message = expect.stringContaining("members/one/process.json");
  await expect(runtime.operate("one", "kill")).rejects.toMatchObject({ code: "runtime", message });
  await Bun.file(home.files("one").process).delete();
});

test.skipIf(process.platform !== "linux")(
  "a member sees nothing of the starter's environment (needs Linux's /proc)",
  async () => {
    await using home = await createToyHome();
    await home.spawnSubject(["up", "toy"]).exited;
    for (const { pid } of await (await home.runtime()).members()) {
      const names = (await Bun.file(`/proc/${pid}/environ`).text()).match(/\w+(?==)/g);
      expect(names?.toSorted()).toEqual(["OPERATOR_HOME", "OPERATOR_LAUNCH"]);
    }
  },
);

test("a log that has grown too long starts anew with the member", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  await runtime.operate("one", "stop");
  const { log } = home.files("one");
  await writeFile(log, "x".repeat(9_000_000));
  await runtime.operate("one", "start");
  expect(Bun.file(log).size).toBeLessThan(1_000);
  expect(Bun.file(`${log}.1`).size).toBe(9_000_000);
});

test("down leaves no process and no directory, whatever state the members are in", async () => {
  const home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  const pids = (await runtime.members()).map(({ pid }) => identify(pid ?? 0));
  await runtime.operate("two", "pause");
  const down = home.spawnSubject(["down", "toy"]);
  expect(await down.exited).toBe(0);
  expect(pids.map((identity) => identity && isAlive(identity))).toEqual([false, false]);
  expect(await Array.fromAsync(new Bun.Glob("**").scan(join(home.dir, "subjects")))).toEqual([]);
  await home[Symbol.asyncDispose]();
});

function rowsOf(table: string): number[][] {
  return table.split("\n").map((row) => row.trim().split(/\s+/).map(Number));
}
