// A file of which the end, or the log beside it, is gone: that is an answer, and looking for it
// takes nothing away that shows it.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { runAudit } from "../../src/commands/audit.ts";
import { runTickets } from "../../src/commands/tickets.ts";
import { walProblem } from "../../src/store/audit-wal.ts";
import { openDeskRoom } from "../commands/desk-room.ts";
import { firing, openRoom, type Room } from "../store/room.ts";

/** As its processes left it when they were killed. */
async function killed(room: Room): Promise<string> {
  await room.store.recordViolations([firing()]);
  const copy = `${room.path}.copy`;
  for (const end of ["", "-wal", "-shm"]) copyFileSync(`${room.path}${end}`, `${copy}${end}`);
  return copy;
}

for (const [what, lose] of [
  ["is gone", (log: string) => rmSync(log)],
  ["has not a byte", (log: string) => truncateSync(log)],
  ["has no more than its header", (log: string) => truncateSync(log, 32)],
] as const) {
  test(`a log that ${what}, of which the file beside it still knows`, async () => {
    await using room = await openRoom();
    await using desk = await openDeskRoom();
    const db = await killed(room);
    const before = readFileSync(db);
    lose(`${db}-wal`);
    const { exitCode, lines } = await desk.run(runAudit, ["verify"], { db });
    expect(exitCode).toBe(3);
    expect(lines.join("")).toMatch(
      /^audit broken at the file: its write-ahead log is gone, with \d+/,
    );
    const { failure } = await desk.run(runTickets, ["list"], { db });
    expect(failure).toMatchObject({
      code: "database",
      message: expect.stringContaining("is gone"),
    });
    expect(readFileSync(db).equals(before)).toBe(true);
    expect(await desk.run(runAudit, ["verify"], { db })).toMatchObject({ exitCode: 3 });
  });
}

test("by a link to it a file has the log that is beside the file itself", async () => {
  await using room = await openRoom();
  await using desk = await openDeskRoom();
  const db = await killed(room);
  const link = join(desk.home, "linked.db");
  symlinkSync(db, link);
  expect(await desk.run(runAudit, ["verify"], { db: link })).toMatchObject({ exitCode: 0 });
  const whole = await killed(room);
  const log = readFileSync(`${whole}-wal`);
  log[log.length - 100] = (log[log.length - 100] ?? 0) ^ 1;
  writeFileSync(`${whole}-wal`, log);
  const changed = await desk.run(runAudit, ["verify"], { db: link });
  expect(changed.lines.join("")).toMatch(/^audit broken at the file: frame \d+ of its write-ahead/);
  rmSync(`${whole}-wal`);
  const { lines } = await desk.run(runAudit, ["verify"], { db: link });
  expect(lines.join("")).toMatch(
    /^audit broken at the file: its write-ahead log is gone, with \d+/,
  );
  rmSync(`${whole}-shm`);
  const gone = await desk.run(runAudit, ["verify"], { db: link });
  expect(gone.lines.join("")).toMatch(/no table is in it, and no log is beside it/);
});

test("a file that is gone is missed where it was named, or where its log is there", async () => {
  await using room = await openRoom();
  await using desk = await openDeskRoom();
  const db = await killed(room);
  rmSync(db);
  const { exitCode, lines } = await desk.run(runAudit, ["verify"], { db });
  expect([exitCode, ...lines]).toEqual([
    3,
    "audit broken at the file: it is gone, and its write-ahead log is there",
  ]);
  const { failure } = await desk.run(runTickets, ["list"], { db });
  expect(failure).toMatchObject({
    message: expect.stringContaining("its write-ahead log is there"),
  });
  const typed = await desk.run(runAudit, ["verify"], { db: `${db}s` });
  expect([typed.exitCode, ...typed.lines]).toEqual([
    3,
    `audit broken at the file: there is no ${db}s`,
  ]);
});

test("what is no file is not waited for", async () => {
  await using desk = await openDeskRoom();
  const db = join(desk.home, "pipe");
  expect(Bun.spawnSync(["mkfifo", db]).exitCode).toBe(0);
  expect(await desk.run(runAudit, ["verify"], { db })).toMatchObject({ exitCode: 3 });
  const { failure } = await desk.run(runTickets, ["list"], { db });
  expect(failure).toMatchObject({ code: "database", message: expect.stringContaining("no file") });
});

test("a log that was closed is not lost, though its last word stayed behind", async () => {
  await using room = await openRoom();
  const db = await killed(room);
  using open = new Database(room.path);
  // All of it is in the file now; the log would begin anew with the next write.
  open.run("PRAGMA wal_checkpoint(FULL)");
  writeFileSync(`${db}-shm`, readFileSync(`${room.path}-shm`));
  rmSync(`${db}-wal`);
  expect(walProblem(db)).toBeUndefined();
  expect(existsSync(`${db}-shm`)).toBe(true);
});

test("a file that was copied without its log, before anything of it was in the file", async () => {
  await using room = await openRoom();
  await using desk = await openDeskRoom();
  const db = await killed(room);
  for (const end of ["-wal", "-shm"]) rmSync(`${db}${end}`);
  const before = readFileSync(db);
  const { exitCode, lines } = await desk.run(runAudit, ["verify"], { db });
  expect(exitCode).toBe(3);
  expect(lines.join("")).toStartWith("audit broken at the file: no table is in it, and no log is");
  expect(readFileSync(db).equals(before)).toBe(true);
});

test("a file that ends within its last page is broken, and no failing disk", async () => {
  await using room = await openRoom();
  await using desk = await openDeskRoom();
  await room.store.recordViolations([firing()]);
  room.store[Symbol.dispose]();
  const { length } = readFileSync(room.path);
  for (const lost of [1, 100, 4_000]) {
    const db = `${room.path}.${lost}`;
    writeFileSync(db, readFileSync(room.path).subarray(0, length - lost));
    const { exitCode, lines } = await desk.run(runAudit, ["verify"], { db });
    expect(exitCode, `${lost} bytes`).toBe(3);
    expect(lines.join("")).toStartWith("audit broken at the file: ");
  }
});
