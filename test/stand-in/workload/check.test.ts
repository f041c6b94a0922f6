// The ledger's judgement, the file behind it, and what is written: each alone.
import { expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, systemClock } from "../../../src/infra/clock.ts";
import { judge } from "../../../subjects/tikv/workload/check.ts";
import type { StoreClient } from "../../../subjects/tikv/workload/client.ts";
import { Ledger } from "../../../subjects/tikv/workload/ledger.ts";
import { runLoad } from "../../../subjects/tikv/workload/load.ts";
import {
  keyOf,
  type Stamp,
  stampedValue,
  stampOf,
} from "../../../subjects/tikv/workload/records.ts";
import { createZipfian } from "../../../subjects/tikv/workload/zipfian.ts";

const RECORD = { attempted: 5, acknowledged: 3, acknowledgedCount: 3 };
const NEVER = { attempted: 1, acknowledged: 0, acknowledgedCount: 0 };
const write = (sequence: number, change: Partial<Stamp> = {}) =>
  stampedValue({ key: "k", ledgerId: "L", sequence, ...change });

const OLD = write(3, { ledgerId: "before" });

const LOAD = {
  topology: { subject: "tikv", timeScale: 1, members: [], endpoints: [] },
  opsPerSecond: 100,
  keys: 10,
  durationMs: undefined,
  clock: systemClock,
  random: seededRandom(1),
  print: () => undefined,
};

const VERDICTS = [
  { name: "the last acknowledged write", record: RECORD, value: write(3), type: "kept" },
  { name: "a later attempted one", record: RECORD, value: write(5), type: "kept" },
  { name: "an older one", record: RECORD, value: write(2), type: "lost" },
  { name: "one that was never attempted", record: RECORD, value: write(6), type: "lost" },
  { name: "another key's value", record: RECORD, value: write(3, { key: "o" }), type: "lost" },
  { name: "a write of another ledger", record: RECORD, value: OLD, type: "lost" },
  { name: "what was there before", record: NEVER, value: OLD, type: "kept" },
  { name: "a foreign value", record: RECORD, value: "hello", type: "lost" },
  { name: "nothing where something was acknowledged", record: RECORD, value: null, type: "lost" },
  { name: "nothing where nothing was acknowledged", record: NEVER, value: null, type: "kept" },
  { name: "no answer", record: RECORD, value: undefined, type: "unreadable" },
] as const;

for (const { name, record, value, type } of VERDICTS) {
  test(`reading back ${name} is judged ${type}`, () => {
    expect(judge({ key: "k", ledgerId: "L", record, value }).type).toBe(type);
  });
}

test("a ledger goes on where the last run ended, past a line that was cut short", () => {
  const home = mkdtempSync(join(tmpdir(), "ledger-"));
  const path = join(home, "deep", "ledger.jsonl");
  using first = new Ledger(path, "X");
  first.acknowledge(first.attempt("a"));
  first.attempt("a");
  appendFileSync(path, '{"type":"acknowledged","key":"a","seq');
  using second = new Ledger(path, "Y");
  expect(second.attempt("a").sequence).toBe(3);
  using third = new Ledger(path, "Z");
  expect(third.id).toBe("X");
  expect(third.entries()).toEqual([["a", { attempted: 3, acknowledged: 1, acknowledgedCount: 1 }]]);
  rmSync(home, { recursive: true });
});

test("a write is on file before it is sent, and its acknowledgement before it is counted", () => {
  const home = mkdtempSync(join(tmpdir(), "ledger-"));
  using ledger = new Ledger(join(home, "ledger.jsonl"), "X");
  const linesOnFile = () => readFileSync(join(home, "ledger.jsonl"), "utf8").split("\n").length - 1;
  const stamp = ledger.attempt("a");
  expect(linesOnFile()).toBe(2);
  ledger.acknowledge(stamp);
  expect(linesOnFile()).toBe(3);
  rmSync(home, { recursive: true });
});

test("a ledger that cannot be opened or written is an ordinary error that names it", async () => {
  const home = mkdtempSync(join(tmpdir(), "ledger-"));
  expect(() => new Ledger(home, "X")).toThrow(`opening the ledger ${home}: EISDIR`);
  const ledger = new Ledger(join(home, "ledger.jsonl"), "X");
  ledger[Symbol.dispose]();
  const client: StoreClient = {
    get: async () => ({ state: "done", value: null }),
    put: async () => ({ state: "done", value: null }),
  };
  const signal = AbortSignal.timeout(10_000);
  const load = { ...LOAD, ledger, ledgerFile: "", client, signal };
  await expect(runLoad(load)).rejects.toThrow(`writing to the ledger ${home}/ledger.jsonl: EBADF`);
  rmSync(home, { recursive: true });
});

test("values tell which write they are of", () => {
  const stamp = { key: "user7", ledgerId: "L", sequence: 42 };
  expect(stampOf(stampedValue(stamp))).toEqual(stamp);
});

test("keys differ, and the popular ones are spread over the key space", () => {
  const keys = Array.from({ length: 10_000 }, (_, item) => keyOf(item, "L"));
  expect(new Set(keys).size).toBe(10_000);
  expect(keys).not.toContain(keyOf(0, "M"));
  const firstDigits = new Set(keys.slice(0, 20).map((key) => key.charAt(4)));
  expect(firstDigits.size).toBeGreaterThanOrEqual(9);
});

test("choices are zipfian: the first of a thousand keys draws about an eighth", () => {
  const choose = createZipfian(1_000, seededRandom(1));
  const counts = new Array(1_000).fill(0);
  for (let draw = 0; draw < 100_000; draw += 1) counts[choose()] += 1;
  // zeta(1000, 0.99) is 7.73, so the first has a share of 0.129 and the second of 0.065.
  expect(counts[0] / 100_000).toBeCloseTo(0.129, 2);
  expect(counts[1] / 100_000).toBeCloseTo(0.065, 2);
  expect(counts.every((count) => count >= 0)).toBe(true);
});

test("a single key is a key space, too", () => {
  const choose = createZipfian(1, seededRandom(1));
  expect(Array.from({ length: 100 }, choose)).toEqual(new Array(100).fill(0));
});
