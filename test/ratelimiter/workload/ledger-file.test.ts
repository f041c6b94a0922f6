// The file behind the account: sums over all lives of the generator, each second once.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIncidents } from "../../../subjects/ratelimiter/workload/incidents.ts";
import { LedgerFile } from "../../../subjects/ratelimiter/workload/ledger-file.ts";
import { emptySecond, type Second } from "../../../subjects/ratelimiter/workload/seconds.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ledger-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const pathOf = () => join(home, "deep", "ledger.jsonl");

/** With harm at `harmedMs`. */
function second(allowed: number, harmedMs?: number): Second {
  const one = emptySecond();
  Object.assign(one.counts, { allowed, denied: 2, failures: 3, unsent: 1, retries: 4, judged: 1 });
  if (harmedMs !== undefined) {
    one.incidents.add({ at_ms: harmedMs, name: "wrongly_denied", count: 1 });
  }
  return one;
}

test("a ledger goes on with the sums of the last life, past a line that was cut short", () => {
  using first = new LedgerFile(pathOf(), 1);
  first.append(second(10, 1_500), 2_000);
  first.append(second(20), 3_000);
  appendFileSync(pathOf(), '{"type":"second","at_ms":4000,"counts":{"allo');
  using next = new LedgerFile(pathOf(), 5_000);
  next.append(second(5, 5_500), 6_000);
  using last = new LedgerFile(pathOf(), 7_000);
  expect(readFileSync(pathOf(), "utf8").split("\n")).toContain('{"type":"opened","at_ms":5000}');
  expect(last.totals).toEqual({
    allowed: 35,
    denied: 6,
    failures: 9,
    unsent: 3,
    retries: 12,
    judged: 3,
  });
  expect(last.incidents.list().map(({ at_ms }) => at_ms)).toEqual([1_500, 5_500]);
});

test("only a file that somebody wrote into has a past, were it only its opening", () => {
  using first = new LedgerFile(pathOf(), 1);
  using second = new LedgerFile(pathOf(), 2);
  expect([first.hasPast, second.hasPast]).toEqual([false, true]);
});

test("a second is on file before it is counted", () => {
  using ledger = new LedgerFile(pathOf(), 1);
  ledger.append(second(10), 2_000);
  const lines = readFileSync(pathOf(), "utf8").trimEnd().split("\n");
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ type: "second", counts: { allowed: 10 } });
  expect(ledger.totals.allowed).toBe(10);
});

test("a ledger that cannot be opened or written is an ordinary error that names it", () => {
  expect(() => new LedgerFile(home, 1)).toThrow(`opening the ledger ${home}: EISDIR`);
  const ledger = new LedgerFile(pathOf(), 1);
  ledger[Symbol.dispose]();
  expect(() => ledger.append(second(1), 2)).toThrow(`writing to the ledger ${pathOf()}: EBADF`);
});

test("incidents of one second and name are one, dated by the first", () => {
  const incidents = createIncidents();
  incidents.add({ at_ms: 2_900, name: "wrongly_denied", count: 2 });
  incidents.add({ at_ms: 2_100, name: "wrongly_denied", count: 1 });
  incidents.add({ at_ms: 2_200, name: "allowed_above_limit", count: 4 });
  incidents.add({ at_ms: 3_000, name: "wrongly_denied", count: 1 });
  expect(incidents.list()).toEqual([
    { at_ms: 2_100, name: "wrongly_denied", count: 3 },
    { at_ms: 2_200, name: "allowed_above_limit", count: 4 },
    { at_ms: 3_000, name: "wrongly_denied", count: 1 },
  ]);
});

test("a day of incidents fits one line, and none is lost", () => {
  const incidents = createIncidents();
  const day = Array.from({ length: 86_400 }, (_, index) => 1.7e12 + index * 1_000);
  for (const at_ms of day) incidents.add({ at_ms, name: "allowed_above_limit", count: 100 });
  const list = incidents.list();
  expect(list.reduce((sum, { count }) => sum + count, 0)).toBe(86_400 * 100);
  expect(list[0]?.at_ms).toBe(1.7e12);
  expect(JSON.stringify(list).length).toBeLessThan(60_000);
  expect(list.length).toBeGreaterThan(200);
});
