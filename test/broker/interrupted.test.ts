// What a broker had allowed when it was killed is told by the next one, once, with what it sees.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperatorError } from "../../src/domain/errors.ts";
import type { MemberStatus } from "../../src/domain/runtime.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { became, readInterrupted } from "../../src/runtimes/broker/interrupted.ts";
import { serveBroker } from "../../src/runtimes/broker/serve.ts";
import { sayTo } from "../support/broker-room.ts";
import { eventually } from "../support/eventually.ts";
import { memoryRuntime } from "../support/memory-runtime.ts";

let dir: string;
let recordFile: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "operator-killed-broker-"));
  recordFile = join(dir, "record.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true }));

const ALLOWED = { at_ms: 1_000, event: "allowed", do: "stop", member: "store2" };
const ROLES = { store1: "store", store2: "store", store3: "store" };

function write(file: string, ...entries: readonly unknown[]): void {
  const lines = entries.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
}

test("what has an end, and what is no operation, was not interrupted", async () => {
  write(`${recordFile}.1`, { ...ALLOWED, member: "store1" }, { ...ALLOWED, do: "pause" });
  write(
    recordFile,
    { ...ALLOWED, event: "done", member: "store1" },
    { ...ALLOWED, event: "failed", do: "pause" },
    { at_ms: 2, event: "started", text: "toy" },
    { ...ALLOWED, event: "refused", member: "store3" },
    ALLOWED,
    '{"at_ms":3,"event":"allo',
    "[]",
  );
  expect(await readInterrupted(recordFile)).toMatchObject([ALLOWED]);
  expect(await readInterrupted(join(dir, "none.jsonl"))).toEqual([]);
});

interface Served extends AsyncDisposable {
  readonly lines: readonly string[];
  readonly socket: string;
  ended(): Promise<readonly Record<string, unknown>[]>;
}

function serve(open: Parameters<typeof serveBroker>[0]["open"]): Served {
  const lines: string[] = [];
  const stop = new AbortController();
  const folder = join(dir, "socket");
  mkdirSync(folder, { recursive: true });
  const socket = join(folder, "broker.sock");
  const served = serveBroker({
    ...{ socket, recordFile, open, serves: "toy", clock: systemClock, signal: stop.signal },
    say: (line) => void lines.push(line),
  });
  const end = async () => {
    stop.abort("SIGTERM");
    await served;
  };
  const ended = async () => {
    await end();
    const text = await Bun.file(recordFile).text();
    return text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  };
  return { lines, socket, ended, [Symbol.asyncDispose]: end };
}

test("the next broker tells it, once, and nobody after it again", async () => {
  write(recordFile, ALLOWED);
  const { runtime, members } = memoryRuntime(ROLES);
  const store = members.get("store2");
  if (store) members.set("store2", { ...store, state: "stopped" });
  const first = serve(async () => runtime);
  await eventually(
    () => first.lines.some((line) => line.startsWith("[Broker] interrupted: ")),
    "its word",
  );
  const told = { event: "interrupted", do: "stop", member: "store2" };
  const text = "it took effect: it is stopped";
  expect((await first.ended()).slice(1, 3)).toMatchObject([
    { event: "started" },
    { ...told, text },
  ]);
  await using second = serve(async () => runtime);
  await eventually(() => second.lines.length > 0, "it listens");
  const entries = await second.ended();
  expect(entries.filter(({ event }) => event === "interrupted")).toHaveLength(1);
});

test("an engine that answers late is looked at before anything is done", async () => {
  write(recordFile, ALLOWED);
  const { runtime } = memoryRuntime(ROLES);
  let isThere = false;
  await using broker = serve(async () => {
    if (isThere) return runtime;
    throw new OperatorError("runtime", "no engine");
  });
  await eventually(() => broker.lines.some((line) => line.includes("no engine")), "its trouble");
  isThere = true;
  const question = JSON.stringify({ do: "stop", member: "store2" });
  expect(JSON.parse(await sayTo(broker.socket, `${question}\n`))).toMatchObject({ ok: true });
  const events = (await broker.ended()).map(({ event }) => event);
  expect(events).toEqual(["allowed", "started", "interrupted", "allowed", "done", "stopped"]);
});

const RUNNING = { state: "running", startedAtMs: 500 } as const;

test.each([
  ["start", RUNNING, "it took effect: it is running"],
  ["start", { state: "stopped" }, "it has had no effect so far: it is stopped"],
  ["stop", RUNNING, "it has had no effect so far: it is running"],
  ["pause", { state: "paused" }, "it took effect: it is paused"],
  ["resume", { state: "paused" }, "it has had no effect so far: it is paused"],
  ["restart", { state: "stopped" }, "it was cut short: it is stopped, and not started again"],
  ["restart", RUNNING, "no effect so far: it is running, and was started before it was allowed"],
  ["restart", { ...RUNNING, startedAtMs: 1_500 }, "it took effect: it is running, and was started"],
  ["restart", { ...RUNNING, startedAtMs: null }, "whether it took effect cannot be told"],
] as const)("of %s, seen %j, it says %s", (verb, seen, words) => {
  const [store] = memoryRuntime(ROLES).members.values();
  if (!store) throw new Error("there are members");
  const status: MemberStatus = { ...store, startedAtMs: null, ...seen };
  expect(became({ do: verb, at_ms: 1_000 }, status)).toContain(words);
});

test("a member that was taken out of the project cannot be looked at", () => {
  expect(became({ do: "stop", at_ms: 1 }, undefined)).toContain("it is no member any more");
});
