import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/infra/clock.ts";
import { BrokerRecord } from "../../src/runtimes/broker/record.ts";

let dir: string;
let path: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "operator-record-"));
  path = join(dir, "record.jsonl");
});

afterEach(() => rm(dir, { recursive: true, force: true }));

function openRecord(fileBytesMax?: number): BrokerRecord {
  const options = { path, clock: systemClock, say: () => undefined };
  return new BrokerRecord(fileBytesMax === undefined ? options : { ...options, fileBytesMax });
}

async function linesOf(file: string): Promise<readonly string[]> {
  return (await Bun.file(file).text()).trim().split("\n");
}

test("what is there stays, and half a line of a crash spoils no other", async () => {
  await Bun.write(path, '{"event":"done"}\n{"event":"allo');
  await using record = openRecord();
  await record.add({ event: "started" });
  const lines = await linesOf(path);
  expect(lines.slice(0, 2)).toEqual(['{"event":"done"}', '{"event":"allo']);
  expect(JSON.parse(lines[2] ?? "")).toMatchObject({ event: "started" });
});

test("a full file becomes the one before, and only one is kept", async () => {
  await using record = openRecord(200);
  for (let at = 0; at < 20; at += 1) {
    await record.add({ event: "done", do: "start", member: `store${at}` });
  }
  expect((await readdir(dir)).toSorted()).toEqual(["record.jsonl", "record.jsonl.1"]);
  for (const file of [path, `${path}.1`]) {
    expect((await Bun.file(file).text()).length).toBeLessThanOrEqual(200);
  }
  expect((await linesOf(path)).at(-1)).toContain("store19");
});

test("entries that are added at once come whole and in order", async () => {
  await using record = openRecord();
  const names = Array.from({ length: 50 }, (_, index) => `store${index}`);
  await Promise.all(names.map((member) => record.add({ event: "allowed", do: "start", member })));
  const written = (await linesOf(path)).map((line) => JSON.parse(line).member);
  expect(written).toEqual(names);
});
