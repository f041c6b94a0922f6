// Opening a database file: new, old, newer, another program's, and what is no database at all.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { OperatorError } from "../../src/domain/errors.ts";
import { migrate } from "../../src/store/migrations.ts";
import { APPLICATION_ID, SCHEMA_1 } from "../../src/store/schema.ts";
import { TicketOpsDB, type TicketOpsOptions } from "../../src/store/ticket-ops-db.ts";
import { asNobody } from "../support/as-nobody.ts";
import { claimBy, failureOf, openRoom, openTicket } from "./room.ts";

describe("opening", () => {
  test("makes the directory, the file and its schema", async () => {
    await using room = await openRoom();
    const path = join(room.dir, "not", "there", "tickets.db");
    using store = TicketOpsDB.open({ path, clock: room.clock });
    expect(await store.claim(claimBy("early"))).toBeUndefined();
    expect(statSync(join(room.dir, "not")).mode & 0o777).toBe(0o700);
    using db = new Database(path);
    expect(db.query("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    expect(db.query("PRAGMA user_version").get()).toEqual(presentVersion());
  });

  test("takes an empty file", async () => {
    await using room = await openRoom();
    const path = join(room.dir, "empty.db");
    writeFileSync(path, "");
    using store = TicketOpsDB.open({ path, clock: room.clock });
    expect(await store.listTickets({ limit: 1 })).toEqual([]);
  });

  test("finds what was written before", async () => {
    await using room = await openRoom();
    await openTicket(room.store);
    room.store[Symbol.dispose]();
    using store = TicketOpsDB.open({ path: room.path, clock: room.clock });
    expect(await store.listTickets({ limit: 9 })).toHaveLength(1);
  });

  test("leaves one file behind when the last one closes", async () => {
    await using room = await openRoom();
    await openTicket(room.store);
    expect(existsSync(`${room.path}-wal`)).toBe(true);
    room.store[Symbol.dispose]();
    expect(existsSync(`${room.path}-wal`)).toBe(false);
  });
});

describe("opening refuses, in one line and without touching it,", () => {
  test("a directory", async () => {
    await using room = await openRoom();
    const path = join(room.dir, "dir");
    await mkdir(path);
    expect(openingFailure(path)).toMatchObject({
      code: "database",
      message: `cannot use database ${path}: it is a directory`,
    });
  });

  test("a file that is not SQLite", async () => {
    await using room = await openRoom();
    const path = join(room.dir, "letter.txt");
    const letter = "Dear database,\n".repeat(100);
    writeFileSync(path, letter);
    expect(openingFailure(path)).toMatchObject({
      code: "database",
      message: `cannot use database ${path}: it is not a SQLite database`,
    });
    expect(readFileSync(path, "utf8")).toBe(letter);
  });

  test("a database of another program", async () => {
    await using room = await openRoom();
    const path = join(room.dir, "theirs.db");
    writeDatabase(path, "CREATE TABLE theirs (x)");
    const before = readFileSync(path);
    expect(openingFailure(path)).toMatchObject({
      code: "database",
      message: `cannot use database ${path}: it is a SQLite database of another program`,
    });
    expect(readFileSync(path)).toEqual(before);
  });

  test("a database of a newer operator", async () => {
    await using room = await openRoom();
    room.store[Symbol.dispose]();
    writeDatabase(room.path, "CREATE TABLE later (id INTEGER); PRAGMA user_version = 99");
    expect(openingFailure(room.path)).toMatchObject({
      code: "database",
      message: expect.stringMatching(/newer operator \(schema 99, this one knows \d+\)$/),
      hint: expect.stringContaining("--db"),
    });
  });

  test("one that a newer operator has brought up to date while it was open", async () => {
    await using room = await openRoom();
    await openTicket(room.store);
    const events = await room.store.eventsOf({});
    writeDatabase(room.path, "CREATE TABLE later (id INTEGER); PRAGMA user_version = 99");
    await expect(room.store.setHeld(1, true)).rejects.toMatchObject({
      code: "database",
      message: expect.stringMatching(/newer operator \(schema 99, this one knows \d+\)$/),
    });
    expect(await room.store.eventsOf({})).toEqual(events);
  });

  test("a place where nothing can be written", () => {
    expect(openingFailure("/proc/none/tickets.db")).toMatchObject({ code: "database" });
  });
});

describe("opening what is expected to be there", () => {
  const isExpected = true;

  test("finds it, and can write to it", async () => {
    await using room = await openRoom();
    await openTicket(room.store);
    using store = TicketOpsDB.open({ path: room.path, clock: room.clock, isExpected });
    expect(await store.setHeld(1, true)).toMatchObject({ id: 1, isHeld: true });
  });

  test("makes neither a file nor a directory", async () => {
    await using room = await openRoom();
    const path = join(room.dir, "not", "there.db");
    expect(openingFailure(path, { isExpected })).toMatchObject({ code: "database" });
    expect(existsSync(join(room.dir, "not"))).toBe(false);
    expect(openingFailure(join(room.dir, "there.db"), { isExpected })).toMatchObject({
      code: "database",
    });
    expect(existsSync(join(room.dir, "there.db"))).toBe(false);
  });

  test("leaves an empty file and an old one as they are", async () => {
    await using room = await openRoom();
    const empty = join(room.dir, "empty.db");
    writeFileSync(empty, "");
    expect(openingFailure(empty, { isExpected }).message).toEndWith("nothing is in it yet");
    expect(statSync(empty).size).toBe(0);
    const old = join(room.dir, "old.db");
    writeDatabase(old, `PRAGMA application_id = ${APPLICATION_ID}; CREATE TABLE notes (x)`);
    const before = readFileSync(old);
    expect(openingFailure(old, { isExpected })).toMatchObject({ code: "database" });
    expect(readFileSync(old)).toEqual(before);
  });
});

describe("migrations", () => {
  test("bring an old file to the newest schema and keep what is in it", () => {
    using db = new Database(":memory:");
    migrate(db, { migrations: ["CREATE TABLE notes (text)"] });
    db.run("INSERT INTO notes VALUES ('kept')");
    migrate(db, {
      migrations: ["CREATE TABLE notes (text)", "ALTER TABLE notes ADD COLUMN at_ms DEFAULT 7"],
    });
    expect(db.query("SELECT * FROM notes").all()).toEqual([{ text: "kept", at_ms: 7 }]);
    expect(db.query("PRAGMA user_version").get()).toEqual({ user_version: 2 });
    expect(db.query("PRAGMA application_id").get()).toEqual({ application_id: APPLICATION_ID });
  });

  test("happen together or not at all", () => {
    using db = new Database(":memory:");
    expect(() =>
      migrate(db, { migrations: ["CREATE TABLE one (x)", "CREATE TABLE nonsense"] }),
    ).toThrow();
    expect(db.query("SELECT count(*) AS tables FROM sqlite_schema").get()).toEqual({ tables: 0 });
    expect(db.query("PRAGMA user_version").get()).toEqual({ user_version: 0 });
  });

  test("give a schema whose every table is strict", () => {
    using db = new Database(":memory:");
    migrate(db, { migrations: [SCHEMA_1] });
    const loose =
      "SELECT name FROM pragma_table_list WHERE strict = 0 AND name NOT LIKE 'sqlite_%'";
    expect(db.query(loose).all()).toEqual([]);
  });
});

test("a read-only file can be read, and says so when it is to be written", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  chmodSync(room.path, 0o444);
  chmodSync(room.dir, 0o777);
  room.store[Symbol.dispose]();
  await asNobody(async () => {
    using store = TicketOpsDB.open({ path: room.path, clock: room.clock });
    expect(await store.listTickets({ limit: 9 })).toHaveLength(1);
    expect(await failureOf(store.setHeld(1, true))).toMatchObject({
      code: "database",
      message: `cannot use database ${room.path}: it is read-only`,
    });
  });
});

/** Of a database that this version has made. */
function presentVersion(): unknown {
  using db = new Database(":memory:");
  migrate(db);
  return db.query("PRAGMA user_version").get();
}

function openingFailure(
  path: string,
  options: Pick<TicketOpsOptions, "isExpected"> = {},
): OperatorError {
  const clock = { now: () => 0, elapsed: () => 0, sleep: async () => undefined };
  try {
    TicketOpsDB.open({ path, clock, ...options });
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error(`${path} was opened`);
}

function writeDatabase(path: string, sql: string): void {
  using db = new Database(path);
  db.run(sql);
}
