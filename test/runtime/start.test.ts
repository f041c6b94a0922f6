import { expect, test } from "bun:test";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { isMissing } from "../../src/infra/files.ts";
import { identify, isAlive, type ProcessIdentity } from "../../src/infra/process-identity.ts";
import {
  allowLaunch,
  claimMember,
  forbidLaunches,
  readProcess,
} from "../../src/runtimes/local/records.ts";
import { eventually } from "../support/eventually.ts";
import { createToyHome, type ToyHome } from "../support/toy-home.ts";
import { toyOperator } from "../support/toy-operator.ts";
import { TOY_TROUBLES } from "../support/toy-subject.ts";

/** Members' processes of this home, by what the system lists. */
function standIns({ dir }: ToyHome, member: string): readonly number[] {
  const { stdout } = Bun.spawnSync(["ps", "-A", "-ww", "-o", "pid=,stat=,args="]);
  const rows = stdout.toString().split("\n");
  const ours = rows.filter((row) => row.includes(`member toy ${member} --home ${dir}`));
  return ours.map((row) => Number.parseInt(row, 10));
}

test("of starts at the same time, here and in other processes, one starts it", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  await runtime.operate("one", "kill");
  const others = [1, 2, 3].map(() => home.spawnSubject(["start", "toy", "one"]));
  const ours = await Promise.all([1, 2, 3].map(() => runtime.operate("one", "start")));
  const codes = await Promise.all(others.map((other) => other.exited));
  expect(codes).toEqual([0, 0, 0]);
  expect(standIns(home, "one")).toEqual([ours[0]?.pid ?? 0]);
  expect(new Set(ours.map(({ pid }) => pid)).size).toBe(1);
});

test("wherever a starter is killed, the next start ends with one process", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  for (const delayMs of [30, 60, 80, 100, 120, 140, 170, 200]) {
    await runtime.operate("one", "kill");
    const starter = home.spawnSubject(["start", "toy", "one"]);
    await Bun.sleep(delayMs);
    starter.kill("SIGKILL");
    const { pid } = await runtime.operate("one", "start");
    await eventually(() => standIns(home, "one").length === 1, "no second process stays");
    expect(standIns(home, "one")).toEqual([pid ?? 0]);
  }
}, 30_000);

test("a restart that nobody waits for any more starts what it has stopped", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  const before = (await runtime.members()).find(({ name }) => name === "one");
  const restarting = runtime.operate("one", "restart", AbortSignal.abort());
  await expect(restarting).rejects.toThrow("interrupted");
  const after = (await runtime.members()).find(({ name }) => name === "one");
  expect(after).toMatchObject({ state: "running" });
  expect(after?.pid).not.toBe(before?.pid ?? 0);
});

test("a process whose start was taken back does not become the member", async () => {
  await using home = await createToyHome();
  await home.up();
  const files = home.files("one");
  await (await home.runtime()).operate("one", "stop");
  await Bun.file(files.process).delete();
  const late = Bun.spawn([...toyOperator, "member", "toy", "one", "--home", home.dir], {
    env: { OPERATOR_LAUNCH: "earlier" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  expect(await late.exited).toBe(1);
  expect(await late.stderr.text()).toContain("its start was taken back");
  expect(await Bun.file(files.process).exists()).toBe(false);
});

test("a launch is used once, and not after it was forbidden", async () => {
  await using home = await createToyHome();
  await home.up();
  const files = home.files("one");
  await (await home.runtime()).operate("one", "kill");
  await allowLaunch(files, "first");
  expect(await claimMember(files, { token: "first", startedAtMs: 7, pid: process.pid })).toBe(true);
  expect(await readProcess(files)).toEqual({ ...ourIdentity(), startedAtMs: 7 });
  expect(await claimMember(files, { token: "first", startedAtMs: 8, pid: process.pid })).toBe(
    false,
  );
  await allowLaunch(files, "second");
  await forbidLaunches(files);
  expect(await claimMember(files, { token: "second", startedAtMs: 9, pid: process.pid })).toBe(
    false,
  );
  await Bun.file(files.process).delete();
});

test("a member that dies at its start is named, with the end of its log", async () => {
  await using home = await createToyHome();
  const failure = await home.up({ two: TOY_TROUBLES.exitsAtStart }).catch((error) => error);
  expect(failure.code).toBe("runtime");
  expect(failure.message).toStartWith(
    "starting two of toy: it ended before it answered (exit code 7); the end of its log:\n",
  );
  expect(failure.message).toEndWith(" no disk");
  const states = (await (await home.runtime()).members()).map(({ state }) => state);
  expect(states).toEqual(["running", "stopped"]);
});

test("when several members do not start, each is named", async () => {
  await using home = await createToyHome();
  const trouble = TOY_TROUBLES.exitsAtStart;
  const failure = await home.up({ one: trouble, two: trouble }).catch((error) => error);
  expect(failure.message).toContain("starting one of toy");
  expect(failure.message).toContain("starting two of toy");
});

test("an executable that cannot be one is named by what it printed", async () => {
  await using home = await createToyHome();
  await home.up();
  await (await home.runtime()).operate("one", "kill");
  const { openLocalRuntime } = await import("../../src/runtimes/local/open.ts");
  const { systemClock } = await import("../../src/infra/clock.ts");
  const { toy } = await import("../support/toy-subject.ts");
  const self = ["/bin/sh", "-c", "echo not an operator; exit 1"];
  const options = { definition: toy, home: home.dir, self, clock: systemClock };
  const opened = await openLocalRuntime(options);
  const start = opened?.runtime.operate("one", "start");
  await expect(start).rejects.toThrow(/before it began its work(.|\n)*not an operator/);
});

test("a port that is taken is named, with its member", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  await runtime.operate("one", "stop");
  const { spare = 0 } = (await home.plan("one")).ports;
  const squatter = createServer().listen(spare, "127.0.0.1");
  await expect(runtime.operate("one", "start")).rejects.toMatchObject({
    code: "runtime",
    message: `starting one of toy: port ${spare} (spare) is taken`,
  });
  expect(standIns(home, "one")).toEqual([]);
  await new Promise((resolve) => squatter.close(resolve));
  expect((await runtime.operate("one", "start")).state).toBe("running");
});

test("a start that is aborted while the member does not answer ends at once", async () => {
  await using home = await createToyHome();
  const controller = new AbortController();
  const up = home.up({ one: TOY_TROUBLES.neverAnswers }, controller.signal);
  await eventually(() => Bun.file(home.files("one").process).exists(), "its process");
  controller.abort("SIGINT");
  await expect(up).rejects.toMatchObject({ code: "interrupted" });
});

test("up starts what is stopped, resumes what is paused, and keeps what runs", async () => {
  await using home = await createToyHome();
  const before = await home.up();
  const runtime = await home.runtime();
  await runtime.operate("one", "kill");
  const [, paused] = [await runtime.operate("two", "pause"), await runtime.operate("two", "pause")];
  expect(await home.up()).toEqual(before);
  const [one, two] = await runtime.members();
  expect([one?.state, two?.state, two?.pid]).toEqual(["running", "running", paused.pid]);
});

test("a start after down finds nothing to start in", async () => {
  await using home = await createToyHome();
  await home.up();
  const runtime = await home.runtime();
  expect(await home.spawnSubject(["down", "toy"]).exited).toBe(0);
  await expect(runtime.operate("one", "start")).rejects.toMatchObject({ code: "runtime" });
  expect(standIns(home, "one")).toEqual([]);
});

test("a start while down is still ending others does not bring a member back", async () => {
  await using home = await createToyHome();
  await home.up({ one: TOY_TROUBLES.ignoresTerm });
  const runtime = await home.runtime();
  const down = home.spawnSubject(["down", "toy"]);
  await eventually(() => standIns(home, "two").length === 0, "two has ended, one has not");
  expect(standIns(home, "one").length).toBe(1);
  await expect(runtime.operate("two", "start")).rejects.toThrow("toy is not up");
  expect(await down.exited).toBe(0);
  expect([...standIns(home, "one"), ...standIns(home, "two")]).toEqual([]);
}, 30_000);

test("what an interrupted down has left is cleared by the next up", async () => {
  await using home = await createToyHome();
  await home.up({ one: TOY_TROUBLES.ignoresTerm });
  const [before] = await (await home.runtime()).members();
  const left = identify(before?.pid ?? 0);
  const down = home.spawnSubject(["down", "toy"]);
  await eventually(() => isMissing(topologyOf(home)), "its topology is gone");
  down.kill("SIGKILL");
  await down.exited;
  expect(left && isAlive(left)).toBe(true);
  await home.up();
  expect(left && isAlive(left)).toBe(false);
  expect(standIns(home, "one").length).toBe(1);
}, 30_000);

test("members and data whose topology got lost are nobody's to clear but down's", async () => {
  await using home = await createToyHome();
  await home.up();
  const [before] = await (await home.runtime()).members();
  const living = identify(before?.pid ?? 0);
  const topology = await readFile(topologyOf(home));
  await rm(topologyOf(home));
  await expect(home.up()).rejects.toThrow("holds a subject, and its topology.json is gone");
  expect(living && isAlive(living)).toBe(true);
  await writeFile(topologyOf(home), topology);
  await home.up();
  expect(living && isAlive(living)).toBe(true);
  await rm(topologyOf(home));
  expect(await home.spawnSubject(["down", "toy"]).exited).toBe(0);
  expect(living && isAlive(living)).toBe(false);
  await home.up();
}, 30_000);

function topologyOf({ dir }: ToyHome): string {
  return join(dir, "subjects", "toy", "topology.json");
}

function ourIdentity(): ProcessIdentity {
  const identity = identify(process.pid);
  if (!identity) throw new Error("this process is not listed");
  return identity;
}
