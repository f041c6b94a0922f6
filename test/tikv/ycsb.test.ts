// What go-ycsb prints, taken for the lines of our own load. The texts beside this file have the
// form of pingcap/go-ycsb: since v1.0.1 (April 2023) with a median and TOTAL, before it without.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { LoadSecond } from "../../src/domain/load.ts";
import { ycsbLoad } from "../../subjects/tikv/workload/ycsb/load.ts";

const PREAMBLE = `***************** properties *****************
"measurement.interval"="1"
"tikv.pd"="pd1:2379"
**********************************************`;
const [NEW_FIRST = "", NEW_SECOND = ""] = await blocksIn("go-ycsb-1.0.1.txt");
const [OLD_FIRST = "", OLD_SECOND = ""] = await blocksIn("go-ycsb-1.0.0.txt");

async function blocksIn(name: string): Promise<readonly string[]> {
  return (await Bun.file(join(import.meta.dir, name)).text()).trim().split("\n\n");
}

/** What is told of texts that come at these times, and at the end. */
function read(texts: readonly (readonly [atMs: number, text: string])[]) {
  const reader = ycsbLoad.openReader();
  const seconds: LoadSecond[] = [];
  for (const [atMs, text] of texts) {
    for (const line of text.split("\n")) {
      const second = reader.take(line, atMs);
      if (second) seconds.push(second);
    }
  }
  const { second, ledger } = reader.end();
  return { seconds: [...seconds, ...(second ? [second] : [])], ledger };
}

describe("the load of go-ycsb", () => {
  test("is told in differences of what it counts since its start", () => {
    const { seconds } = read([
      [500, PREAMBLE],
      [1_000, NEW_FIRST],
      [2_000, NEW_SECOND],
    ]);
    expect(seconds).toEqual([
      {
        type: "workload",
        at_ms: 1_000,
        ops: 200,
        failures: 0,
        p50_ms: 1.3,
        p99_ms: 8.5,
        counts: { reads: 104, writes_acknowledged: 96 },
      },
      {
        type: "workload",
        at_ms: 2_000,
        ops: 124,
        failures: 5,
        p50_ms: 1.2,
        p99_ms: 8.6,
        counts: { reads: 70, writes_acknowledged: 54 },
      },
    ]);
  });

  test("of a version that prints each ten seconds is a rate by second, and no median", () => {
    const { seconds } = read([
      [10_000, OLD_FIRST],
      [20_000, OLD_SECOND],
    ]);
    expect(seconds.map(({ ops, p50_ms, p99_ms }) => [ops, p50_ms, p99_ms])).toEqual([
      [197, null, 59],
      [200, null, 60],
    ]);
    expect(seconds.map(({ counts }) => counts.writes_acknowledged)).toEqual([970, 900]);
  });

  test("counts what comes in its last summary once", () => {
    const { seconds } = read([
      [1_000, NEW_FIRST],
      [1_010, `Run finished, takes 1.01s\n${NEW_FIRST}`],
    ]);
    expect(seconds.map(({ ops }) => ops)).toEqual([200]);
  });

  test("ends with the word that it keeps no ledger", () => {
    expect(read([[1_000, NEW_FIRST]]).ledger).toEqual({
      type: "ledger",
      verdict: "no_ledger",
      figures: { writes_acknowledged: 96, writes_lost: null },
    });
    expect(read([[1_000, PREAMBLE]]).ledger.figures.writes_acknowledged).toBe(0);
  });

  test("says nothing for lines of anything else", () => {
    const lines = [
      "",
      "[2026/11/22 INFO] [pd] init cluster id",
      "READ",
      "READ - no figures",
      NEW_FIRST,
    ];
    expect(read(lines.slice(0, 4).map((line, index) => [index, line])).seconds).toEqual([]);
  });
});
