// A copy of a database where nothing may be written: who reads gets all of it, who writes is told.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { migrate } from "../../src/store/migrations.ts";
import { SCHEMA_1 } from "../../src/store/schema.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { asNobody } from "../support/as-nobody.ts";
import { claimed, failureOf, openRoom, openTicket, type Room } from "./room.ts";

/** Files of the room, copied to a folder that is then shut for writing. */
function freeze({ dir }: Room, files: Readonly<Record<string, string>>): string {
  const frozen = join(dir, "frozen");
  mkdirSync(frozen);
  for (const [name, from] of Object.entries(files)) {
    copyFileSync(from, join(frozen, name));
    chmodSync(join(frozen, name), 0o444);
  }
  chmodSync(frozen, 0o555);
  chmodSync(dir, 0o755);
  return join(frozen, "tickets.db");
}

/** So that the room can be removed. */
function thaw(path: string): void {
  chmodSync(join(path, ".."), 0o755);
}

test("it is read and verified, nothing is left beside it, and no write is lost", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  await claimed(room.store);
  room.store[Symbol.dispose]();
  const path = freeze(room, { "tickets.db": room.path });
  await asNobody(async () => {
    using store = TicketOpsDB.open({ path, clock: room.clock, isCopyEnough: true });
    expect(await store.getTicket(1)).toMatchObject({ state: "claimed" });
    expect(await store.verifyAudit()).toMatchObject({ state: "intact", rows: 3 });
    expect(await failureOf(store.setHeld(1, true))).toMatchObject({
      message: `cannot use database ${path}: it is read-only`,
    });
    expect(await store.getTicket(1)).toMatchObject({ isHeld: false });
  });
  expect(readdirSync(join(path, ".."))).toEqual(["tickets.db"]);
  thaw(path);
});

test("a byte that no row uses is looked at there, too", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  room.store[Symbol.dispose]();
  const bytes = readFileSync(room.path);
  bytes[3_000] = 7; // between the pointers and the cells of the first page
  writeFileSync(room.path, bytes);
  const path = freeze(room, { "tickets.db": room.path });
  await asNobody(async () => {
    using store = TicketOpsDB.open({ path, clock: room.clock, isCopyEnough: true });
    expect(await store.verifyAudit()).toMatchObject({ state: "broken", row: "the file" });
  });
  thaw(path);
});

test("one of an older version is brought up to date in the copy alone", async () => {
  await using room = await openRoom();
  const old = join(room.dir, "old.db");
  {
    using db = new Database(old);
    migrate(db, { migrations: [SCHEMA_1] });
  }
  const path = freeze(room, { "tickets.db": old });
  await asNobody(async () => {
    using store = TicketOpsDB.open({ path, clock: room.clock, isCopyEnough: true });
    expect(await store.verifyAudit()).toMatchObject({ state: "intact", rows: 0 });
  });
  thaw(path);
});

test("one whose last commits are in a log beside it is not read without them", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  const path = freeze(room, { "tickets.db": room.path, "tickets.db-wal": `${room.path}-wal` });
  await asNobody(async () => {
    const open = () => TicketOpsDB.open({ path, clock: room.clock, isCopyEnough: true });
    expect(open).toThrow(`cannot use database ${path}: it cannot be opened`);
  });
  thaw(path);
});

test("a daemon takes no copy: it waits until the file may be written", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  room.store[Symbol.dispose]();
  const path = freeze(room, { "tickets.db": room.path });
  await asNobody(async () => {
    const open = () => TicketOpsDB.open({ path, clock: room.clock });
    expect(open).toThrow(`cannot use database ${path}: it is read-only`);
  });
  thaw(path);
});

test("on a full disk it is read in full, and whoever writes is told why he cannot", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  room.store[Symbol.dispose]();
  for (const name of ["tickets.db-wal", "tickets.db-shm"]) {
    rmSync(join(room.dir, name), { force: true });
  }
  const typed = async (...words: readonly string[]) => {
    const limit = ["sh", "-c", 'trap "" XFSZ; ulimit -f 16; exec "$@"', "sh"];
    const main = join(import.meta.dir, "../../src/main.ts");
    const command = [...limit, process.execPath, main, ...words, "--db", room.path];
    const child = Bun.spawn(command, {
      stdout: "pipe",
      stderr: "pipe",
      env: { PATH: process.env.PATH, HOME: room.dir },
    });
    const [out, told] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    return { out, told, exitCode: await child.exited };
  };
  const audit = await typed("audit", "verify");
  expect(audit).toMatchObject({ out: expect.stringContaining("audit intact: 1 event"), told: "" });
  const resolve = await typed("tickets", "resolve", "1", "--reason", "done");
  expect(resolve).toMatchObject({ exitCode: 1, out: "" });
  expect(resolve.told).toContain(`cannot use database ${room.path}: the disk is full`);
});
