// What a member does when its disk fails: real failures of SQLite and of the kernel.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { endWithDisk } from "../../subjects/tikv/stand-in/disk-failure.ts";
import { createLog } from "../../subjects/tikv/stand-in/log.ts";
import { hurriedClock } from "../support/hurried-clock.ts";

const FULL_DEVICE = "/dev/full";

test("a database that cannot grow ends a member with 1, and its log says why", async () => {
  using database = new Database(":memory:");
  database.run("CREATE TABLE filler (bytes BLOB) STRICT");
  database.run("PRAGMA max_page_count = 2");
  const { exitCode, lines } = await endOf(() => {
    database.run("INSERT INTO filler VALUES (zeroblob(1000000))");
  });
  expect(exitCode).toBe(1);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('[FATAL] [stand-in.ts:1] ["failed to write to the disk"]');
  expect(lines[0]).toContain('[err="database or disk is full"]');
});

test.skipIf(!existsSync(FULL_DEVICE))(
  "a file that cannot be written ends it, too (skipped where there is no /dev/full)",
  async () => {
    const { exitCode, lines } = await endOf(() => writeFileSync(FULL_DEVICE, "x"));
    expect(exitCode).toBe(1);
    expect(lines[0]).toContain("ENOSPC");
  },
);

test("any other error is a defect, and passes", async () => {
  const defect = () => {
    throw new Error("no disk in it");
  };
  await expect(endOf(defect)).rejects.toThrow("no disk in it");
});

test("a member that ends by itself ends with its own exit code", async () => {
  expect(await endOf(() => undefined)).toEqual({ exitCode: 0, lines: [] });
});

async function endOf(work: () => void) {
  const lines: string[] = [];
  const log = createLog(hurriedClock(), (line) => lines.push(line));
  const run = async () => {
    work();
    return 0;
  };
  return { exitCode: await endWithDisk(log, run), lines };
}
