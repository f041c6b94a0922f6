import { afterEach, beforeEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../src/domain/clock.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { identify, isAlive } from "../../src/infra/process-identity.ts";
import { Supervisor } from "../../src/infra/supervisor.ts";
import type { ChildEvent, SupervisedChildOptions } from "../../src/infra/supervisor-child.ts";
import { eventually } from "../support/eventually.ts";
import { hurriedClock } from "../support/hurried-clock.ts";

let dir: string;
let supervisor: Supervisor;
let events: ChildEvent[];
let lines: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "operator-supervisor-"));
  events = [];
  lines = [];
  supervise(systemClock);
});

afterEach(async () => {
  await supervisor[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

/** In place of the one on the real clock, which has no children yet. */
function supervise(clock: Clock, onEvent = (_: ChildEvent): void => undefined): void {
  supervisor = new Supervisor({
    logDirectory: join(dir, "logs"),
    clock,
    onEvent: (_, event) => {
      events.push(event);
      onEvent(event);
    },
  });
}

function start(script: string, changes: Partial<SupervisedChildOptions> = {}): void {
  supervisor.start({
    name: "agent",
    command: ["/bin/sh", "-c", script],
    env: { PATH: process.env.PATH },
    onLine: (line) => lines.push(line),
    ...changes,
  });
}

function logText(name = "agent"): Promise<string> {
  return readFile(join(dir, "logs", `${name}.log`), "utf8");
}

function untilEnded(): Promise<true> {
  const isOver = () => events.some((event) => event.type === "ended" && !event.willRestart);
  return eventually<true>(() => isOver() || undefined, "it has ended for good");
}

function untilLine(text: string): Promise<true> {
  return eventually<true>(() => lines.includes(text) || undefined, `the line ${text}`);
}

test("a child that is killed is started again three times, later each time", async () => {
  const clock = hurriedClock(0);
  const startedAtMs: number[] = [];
  supervise(clock, (event) => {
    if (event.type !== "running") return;
    startedAtMs.push(clock.now());
    process.kill(event.pid, "SIGKILL");
  });
  start("exec sleep 300");
  await untilEnded();
  const lifeOf = (restarts: number): ChildEvent[] => [
    { type: "running", pid: expect.any(Number), restarts },
    { type: "ended", how: "SIGKILL", lastLines: [], willRestart: restarts < 3 },
  ];
  expect(events).toEqual([0, 1, 2, 3].flatMap(lifeOf));
  expect(startedAtMs).toEqual([0, 500, 1_500, 3_500]);
});

test("a child's end is told with its exit code and its last lines of both streams", async () => {
  const logged: number[] = [];
  supervise(hurriedClock(), (event) => {
    if (event.type !== "ended") return;
    const log = readFileSync(join(dir, "logs", "agent.log"), "utf8");
    logged.push(log.split("\n").length - 1);
  });
  start("seq 1 20; echo why >&2; exit 7");
  await untilEnded();
  expect(logged).toEqual([21, 42, 63, 84]);
  const last = events.at(-1);
  expect(last).toEqual({
    type: "ended",
    how: "exit 7",
    lastLines: expect.arrayContaining(["why", "20"]),
    willRestart: false,
  });
  expect(last?.type === "ended" && last.lastLines.length).toBe(10);
  expect(lines.length).toBe(4 * 21);
});

test("a child that ran for a minute has all its restarts again", async () => {
  const clock = hurriedClock();
  const restarts: number[] = [];
  supervise(clock, (event) => {
    if (event.type !== "running") return;
    restarts.push(event.restarts);
    if (restarts.length === 4) clock.advance(60_000);
    process.kill(event.pid, "SIGKILL");
  });
  start("exec sleep 300");
  await untilEnded();
  expect(restarts).toEqual([0, 1, 2, 3, 1, 2, 3]);
});

test("a child that is meant to end is not started again", async () => {
  start("exit 1", { isMeantToEnd: true });
  await untilEnded();
  expect(events.map(({ type }) => type)).toEqual(["running", "ended"]);
});

test("a command that is not there has ended, and is tried again", async () => {
  supervise(hurriedClock());
  start("", { command: [join(dir, "nothing")] });
  await untilEnded();
  expect(events.map(({ type }) => type)).toEqual(["ended", "ended", "ended", "ended"]);
  expect(events[0]).toMatchObject({ how: expect.stringMatching(/^cannot start: .*ENOENT/) });
});

test("stop ends a child that does not listen after the grace, with its helpers", async () => {
  start("trap '' TERM; sleep 300 & echo $!; wait; wait");
  const line = await eventually(() => lines[0], "the helper's pid");
  const helper = identify(Number(line));
  expect(await supervisor.stop("agent", 50)).toEqual({ exitCode: null, signal: "SIGKILL" });
  expect(events.map(({ type }) => type)).toEqual(["running", "stopped"]);
  await eventually(() => helper && !isAlive(helper), "the helper is gone");
});

test("the helpers of a child that is killed die with it", async () => {
  start("sleep 300 & echo $!; wait", { isMeantToEnd: true });
  const line = await eventually(() => lines[0], "the helper's pid");
  const helper = identify(Number(line));
  const [first] = events;
  if (first?.type === "running") process.kill(first.pid, "SIGKILL");
  await untilEnded();
  await eventually(() => helper && !isAlive(helper), "the helper is gone");
});

test("a child that waits for its restart can be stopped, and stays so", async () => {
  const stopped = Promise.withResolvers<unknown>();
  const sleep: Clock["sleep"] = (_, signal) => systemClock.sleep(3_600_000, signal);
  supervise({ ...systemClock, sleep }, (event) => {
    if (event.type === "ended") stopped.resolve(supervisor.stop("agent"));
  });
  start("exit 1");
  expect(await stopped.promise).toBeUndefined();
  expect(events.map(({ type }) => type)).toEqual(["running", "ended", "stopped"]);
});

test("a name is taken while its child lives, and free afterwards; the log goes on", async () => {
  start("echo one; exec sleep 300");
  await untilLine("one");
  expect(() => start("echo two")).toThrow("no other child is called agent");
  await supervisor.stop("agent");
  start("echo two; exec sleep 300");
  await untilLine("two");
  await supervisor.stop("agent");
  expect(await logText()).toBe("one\ntwo\n");
});

test("leaving the supervisor stops every child", async () => {
  start("echo up; exec sleep 300", { name: "monitor" });
  start("echo up; exec sleep 300", { name: "load" });
  await eventually(() => lines.length === 2, "both are up");
  await supervisor[Symbol.asyncDispose]();
  expect(events.map(({ type }) => type)).toEqual(["running", "running", "stopped", "stopped"]);
  for (const event of events) {
    if (event.type === "running") expect(identify(event.pid)).toBeUndefined();
  }
});
