// Some thousand lines as shells run them, beside what the guard reads in them. More of them:
// bun run differential --lines 100000.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Effect } from "../../../src/domain/effect.ts";
import { KNOWLEDGE } from "../worst-effect.ts";
import { findDifference } from "./compare.ts";
import { JAIL_TROUBLE, type Jail, openJail } from "./jail.ts";
import { seededLines, trapLines } from "./lines.ts";
import { search } from "./search.ts";

const LINES = Number(process.env.DIFFERENTIAL_LINES ?? 1_500);
const FROM = Number(process.env.DIFFERENTIAL_FROM ?? 1);
const TIME_MS_MAX = 600_000;

const jails: Jail[] = [];

beforeAll(() => {
  if (JAIL_TROUBLE === undefined) jails.push(openJail("dash"), openJail("bash"));
});

afterAll(async () => {
  for (const jail of jails) await jail[Symbol.asyncDispose]();
});

inJail(
  `of ${LINES} lines none does in dash or bash what the guard did not read in it`,
  async () => {
    const lines = seededLines({ from: FROM, count: LINES });
    const { findings, busy } = await search({ lines, jails });
    expect(findings).toEqual([]);
    expect(busy).toBeGreaterThan(LINES / 20);
  },
);

inJail("what shells are known to quarrel about runs nothing that was not read", async () => {
  const { findings, lines } = await search({ lines: trapLines(), jails });
  expect(findings).toEqual([]);
  expect(lines).toBeGreaterThan(200);
});

inJail("a guard that takes every line for a look is found out", async () => {
  const lines = seededLines({ from: FROM, count: 60 });
  const { findings } = await search({ lines, jails, classify: () => READS });
  const words = findings.map(({ difference }) => difference.split(" ", 1)[0]);
  expect([...new Set(words)].sort()).toEqual(["changed", "ran"]);
  expect(findings.every(({ line, shortest }) => shortest.length <= line.length)).toBe(true);
});

const HIDING = [
  "reboot",
  "$(printf reb)oot",
  "echo reboot | sh",
  "find dir -exec env A=b timeout 5 reboot {} +",
  "awk 'BEGIN { system(\"reboot\") }'",
  "sleep 0; (true; reboot) &",
  "cd /etc; /bin/reboot",
];

for (const line of HIDING) {
  inJail(`what runs in it is written down: ${line}`, async () => {
    for (const jail of jails) {
      const run = await jail.run(line);
      expect(run?.calls.map(({ words: [name] }) => name)).toContain("reboot");
    }
  });
}

inJail(
  "a signal that is sent without a program is written down, or ends who sends it",
  async () => {
    const [dash, bash] = jails;
    expect((await dash?.run("kill -9 4321"))?.calls[0]?.words).toEqual(["kill", "-9", "4321"]);
    expect((await bash?.run("command kill -9 -1"))?.calls[0]?.words).toEqual(["kill", "-9", "-1"]);
    expect(await dash?.run("command kill -9 -1")).toBeUndefined();
    expect((await dash?.run("rm x"))?.calls[0]?.words).toEqual(["rm", "x"]);
  },
);

inJail("what a line writes is seen, gone for the next, and never outside", async () => {
  for (const jail of jails) {
    const written = await jail.run("echo > /etc/differential; echo > /tmp/-differential; rm a");
    expect(written?.files.toSorted()).toEqual(["/etc/differential", "/tmp/-differential"]);
    expect((await jail.run("true"))?.files).toEqual([]);
  }
  expect(existsSync("/etc/differential") || existsSync("/tmp/-differential")).toBe(false);
});

inJail("a line without an end is ended", async () => {
  const run = await jails[0]?.run("while :; do :; done & sleep 1; reboot");
  expect(run?.isCutShort).toBe(true);
  expect(run?.calls.map(({ words: [name] }) => name)).toContain("reboot");
});

test("a seed gives the same line again, and another seed another", () => {
  const lines = [...seededLines({ from: 1, count: 200 })];
  expect([...seededLines({ from: 1, count: 200 })]).toEqual(lines);
  expect(new Set(lines.map(({ line }) => line)).size).toBeGreaterThan(180);
});

const READS: readonly Effect[] = [{ kind: "read", targets: [], source: "it" }];
const STOPS: readonly Effect[] = [{ kind: "interrupt", targets: ["tikv1"], source: "stop" }];
const WRITES: readonly Effect[] = [{ kind: "write", targets: [], source: "> /tmp/n" }];

const DIFFERING: readonly (readonly [string, readonly Effect[], readonly string[][], boolean])[] = [
  ["what only reads", READS, [["cat", "a"]], false],
  ["what destroys", READS, [["rm", "a"]], true],
  ["an interruption that was read", STOPS, [["docker", "stop", "tikv1"]], false],
  ["an interruption of another", STOPS, [["docker", "stop", "tikv2"]], true],
  ["an interruption in a look", WRITES, [["docker", "stop", "tikv1"]], true],
  [
    "the same one twice",
    STOPS,
    [
      ["docker", "stop", "tikv1"],
      ["docker", "stop", "tikv1"],
    ],
    true,
  ],
  [
    "a file that is read beside it",
    STOPS,
    [
      ["docker", "stop", "tikv1"],
      ["cat", "a"],
    ],
    true,
  ],
];

for (const [what, effects, calls, differs] of DIFFERING) {
  test(`${what} is ${differs ? "a" : "no"} difference`, () => {
    const run = {
      calls: calls.map((words) => ({ words, folder: "/tmp", variables: [] })),
      ...{ files: [], isCutShort: false },
    };
    const reading = { line: "line", effects, knowledge: KNOWLEDGE };
    expect(findDifference(reading, run) !== undefined).toBe(differs);
  });
}

test("a file is one that was read as written, or a difference", () => {
  const differing = ["/tmp/n", "/tmp/m", "/etc/n"].filter((file) => {
    const reading = { line: "line", effects: WRITES, knowledge: KNOWLEDGE };
    const run = { calls: [], files: [file], isCutShort: false };
    return findDifference(reading, run) !== undefined;
  });
  expect(differing).toEqual(["/tmp/m", "/etc/n"]);
});

function inJail(fact: string, look: () => Promise<void>): void {
  const name = JAIL_TROUBLE === undefined ? fact : `${fact} (skipped: ${JAIL_TROUBLE})`;
  test.skipIf(JAIL_TROUBLE !== undefined)(name, look, TIME_MS_MAX);
}
