// The demo as a person runs it: a process of its own, its lines, its exit code, what it leaves.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Child, startChild } from "../../src/infra/child.ts";
import { eventually } from "../support/eventually.ts";
import { processesNaming } from "../support/processes-naming.ts";

const ROOT = join(import.meta.dir, "..", "..");

let dir: string;
let lines: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "operator-demo-test-"));
  lines = [];
});

afterEach(() => rm(dir, { recursive: true }));

function startDemo(...words: readonly string[]): Child {
  return startDemoOf("tikv", ...words);
}

function startDemoOf(subject: string, ...words: readonly string[]): Child {
  const demo = ["demo", subject, "--headless", "--model", "runbook", "--seed", "1", ...words];
  return startChild({
    command: [process.execPath, join(ROOT, "src", "main.ts"), ...demo],
    // Its homes, and nobody else's, are in this directory.
    env: { PATH: process.env.PATH, HOME: dir, TMPDIR: dir },
    onLine: (line) => lines.push(line),
  });
}

function untilSaid(text: string): Promise<true> {
  const isSaid = () => lines.some((line) => line.includes(text)) || undefined;
  return eventually<true>(isSaid, `the demo says "${text}"`, 40_000);
}

async function demoHomes(): Promise<readonly string[]> {
  return (await readdir(dir)).filter((name) => name.startsWith("operator-demo-"));
}

/** Command lines of processes that name this test's directory, ours excepted. */
async function processesOfDemo(): Promise<readonly string[]> {
  return (await processesNaming(dir)).map(({ command }) => command);
}

describe("the headless demo", () => {
  test.each([
    { flag: "--record", value: "demo.cast" },
    { flag: "--mode", value: "approve" },
  ])("$flag is refused: it needs the panels", async ({ flag, value }) => {
    const { exitCode } = await startDemo(flag, value).exited;
    expect(exitCode).toBe(2);
    expect(lines[0]).toStartWith(`operator: ${flag} needs the panels`);
  });

  test("is refused before anything is raised when its model has no key", async () => {
    const { exitCode } = await startDemo("--model", "claude-sonnet-5-5").exited;
    expect(exitCode).toBe(2);
    expect(lines[0]).toStartWith("operator: model claude-sonnet-5-5 needs a key");
  });

  test("ends with a verified fix, nothing lost, and leaves nothing", async () => {
    const database = join(dir, "kept.db");
    const { exitCode } = await startDemo("--json", "--db", database).exited;
    const summary = JSON.parse(lines.at(-1) ?? "");
    expect(summary).toEqual({
      type: "summary",
      subject: "tikv",
      fault: "store_kill",
      target: expect.stringMatching(/^tikv[123]$/),
      detected: true,
      timeToDetectMs: expect.any(Number),
      timeToMitigateMs: expect.any(Number),
      resolution: "verified_fix",
      sessionId: expect.any(String),
      writesAcknowledged: expect.any(Number),
      writesLost: 0,
      ledger: "kept",
      exitCode: 0,
    });
    expect(summary.writesAcknowledged).toBeGreaterThan(0);
    expect(exitCode).toBe(0);
    expect(lines.every((line) => typeof JSON.parse(line).type === "string")).toBe(true);
    expect(await processesOfDemo()).toEqual([]);
    expect(await demoHomes()).toEqual([]);
    expect(await readdir(dir)).toContain("kept.db");
  });

  test("interrupted in the middle takes everything down and says so", async () => {
    const demo = startDemo();
    await untilSaid("every invariant is seen to hold");
    process.kill(demo.pid, "SIGINT");
    expect((await demo.exited).exitCode).toBe(130);
    expect(lines.at(-1)).toContain("interrupted by SIGINT");
    expect(await processesOfDemo()).toEqual([]);
    expect(await demoHomes()).toEqual([]);
  });

  test("killed takes its children along, and any next one sweeps its cluster", async () => {
    const killed = startDemo();
    await untilSaid("every invariant is seen to hold");
    process.kill(killed.pid, "SIGKILL");
    await killed.exited;
    const isMember = (command: string) => command.includes("member tikv");
    const areMembers = async () => (await processesOfDemo()).every(isMember);
    await eventually(areMembers, "its children are gone");
    expect((await processesOfDemo()).length).toBe(6);
    const [abandoned] = await demoHomes();
    lines = [];
    const next = startDemoOf("ratelimiter");
    await untilSaid("raising ratelimiter");
    expect(abandoned).toBeDefined();
    expect(await demoHomes()).not.toContain(abandoned);
    expect((await processesOfDemo()).filter(isMember)).toEqual([]);
    await next.stop(30_000);
    expect(await processesOfDemo()).toEqual([]);
  });

  test("with a fault that does not exist names those that do", async () => {
    const { exitCode } = await startDemo("--fault", "earthquake").exited;
    expect(lines).toEqual([
      expect.stringMatching(
        /^operator: unknown fault "earthquake": one of store_kill, store_pause, /,
      ),
    ]);
    expect(exitCode).toBe(2);
  });
});
