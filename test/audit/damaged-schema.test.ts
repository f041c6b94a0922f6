// Where bytes of the schema or of stored JSON were changed, every reader says so in a line: that
// the file is not as it was made, and no defect of ours.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { runActions } from "../../src/commands/actions.ts";
import { runAudit } from "../../src/commands/audit.ts";
import { runTickets } from "../../src/commands/tickets.ts";
import { openDeskRoom, type Ran } from "../commands/desk-room.ts";
import { claimed, firing, openRoom, type Room } from "../store/room.ts";
import { asking } from "../support/asking.ts";

async function written(): Promise<Room> {
  const room = await openRoom();
  await room.store.recordViolations([firing()]);
  const { session } = await claimed(room.store);
  await room.store.requestApproval(asking(session.id));
  room.store[Symbol.dispose]();
  return room;
}

interface Change {
  readonly from: string;
  /** As many bytes. */
  readonly to: string;
}

/** In the bytes of the file, wherever the text stands. */
function change({ path }: Room, { from, to }: Change): void {
  const text = readFileSync(path, "latin1");
  expect(text).toContain(from);
  writeFileSync(path, text.replaceAll(from, to), "latin1");
}

async function run(room: Room, command: typeof runAudit, words: readonly string[]): Promise<Ran> {
  await using desk = await openDeskRoom();
  return desk.run(command, words, { db: room.path });
}

// sqlite.org/fileformat2.html: the last byte of user_version, which counts our migrations.
const VERSION_AT = 63;

test("a version that does not fit the tables is said, and broken", async () => {
  await using room = await written();
  const bytes = readFileSync(room.path);
  bytes[VERSION_AT] = (bytes[VERSION_AT] ?? 0) - 1;
  writeFileSync(room.path, bytes);
  expect((await run(room, runTickets, ["list"])).failure).toMatchObject({
    code: "database",
    message: expect.stringContaining("its schema cannot be used: "),
    hint: expect.stringContaining("restore a copy"),
  });
  const { lines, exitCode } = await run(room, runAudit, ["verify"]);
  expect(exitCode).toBe(3);
  expect(lines).toEqual([expect.stringMatching(/^audit broken at the file: .*its schema cannot/)]);
});

test("a version beyond that of its tables was changed, and is nobody's", async () => {
  await using room = await written();
  const bytes = readFileSync(room.path);
  bytes[VERSION_AT] = (bytes[VERSION_AT] ?? 0) + 1;
  writeFileSync(room.path, bytes);
  const { lines, exitCode } = await run(room, runAudit, ["verify"]);
  expect(exitCode).toBe(3);
  expect(lines).toEqual([
    expect.stringMatching(/its header says that it is of schema \d+, and what is in it is of/),
  ]);
});

test("a column of another name is said to whoever asks for it, and named", async () => {
  await using room = await written();
  change(room, { from: "holder_id TEXT REFERENCES", to: "holder_ix TEXT REFERENCES" });
  expect((await run(room, runActions, ["list"])).failure).toMatchObject({
    code: "database",
    message: expect.stringContaining("its schema was changed: table approvals"),
  });
  const { lines } = await run(room, runAudit, ["verify"]);
  expect(lines).toEqual(["audit broken at table approvals: it is missing, or was changed"]);
});

test("an index of SQLite's own is held against what it was, too", async () => {
  await using room = await written();
  const name = "sqlite_autoindex_sessions_1";
  change(room, { from: `${name}sessions`, to: `${name}sessionx` });
  const { lines, exitCode } = await run(room, runAudit, ["verify"]);
  expect({ exitCode, lines }).toEqual({
    exitCode: 3,
    lines: [`audit broken at index ${name}: it is missing, or was changed`],
  });
});

const ADDED = {
  trigger: "CREATE TRIGGER zzzzzz_stat1 AFTER UPDATE ON tickets BEGIN SELECT 1; END",
  view: "CREATE VIEW zzzzzz_stat1 AS SELECT 1 AS one",
  table: "CREATE TABLE zzzzzz_stat1 (tbl, idx, stat)",
} as const;
for (const [type, sql] of Object.entries(ADDED)) {
  test(`a ${type} beside ours is named, though SQLite's own are called so`, async () => {
    await using room = await written();
    const db = new Database(room.path);
    db.run(sql);
    db.close();
    change(room, { from: "zzzzzz_stat1", to: "sqlite_stat1" });
    const { lines } = await run(room, runAudit, ["verify"]);
    expect(lines).toEqual([`audit broken at ${type} sqlite_stat1: it was added`]);
  });
}

test("stored JSON that is none any more is a row that cannot be read", async () => {
  await using room = await written();
  using db = new Database(room.path);
  db.run("PRAGMA ignore_check_constraints = ON");
  db.run("UPDATE tickets SET evidence = '{\"status\":0'");
  expect((await run(room, runTickets, ["list"])).failure).toMatchObject({
    code: "database",
    message: expect.stringContaining("it holds a row that this version cannot read: "),
    hint: "operator audit verify names it",
  });
  const { lines } = await run(room, runAudit, ["verify"]);
  expect(lines).toEqual(["audit broken at ticket 1: its content does not give its seal"]);
});

test("a file that is named and empty is broken; a home without one is fresh", async () => {
  await using room = await written();
  writeFileSync(room.path, "");
  const { lines, exitCode } = await run(room, runAudit, ["verify"]);
  expect({ exitCode, lines }).toEqual({
    exitCode: 3,
    lines: [expect.stringMatching(/^audit broken at the file: it has no byte: /)],
  });
  await using desk = await openDeskRoom();
  expect((await desk.run(runAudit, ["verify"])).exitCode).toBe(0);
});

test("a file of ours whose header says otherwise, or of which one byte is left", async () => {
  await using room = await written();
  const whole = readFileSync(room.path);
  const other = Buffer.from(whole);
  other.writeUInt8(0, 68);
  for (const bytes of [other, whole.subarray(0, 1)]) {
    writeFileSync(room.path, bytes);
    const { lines, exitCode } = await run(room, runAudit, ["verify"]);
    expect({ exitCode, lines }).toEqual({
      exitCode: 3,
      lines: [expect.stringMatching(/^audit broken at the file: /)],
    });
    expect(readFileSync(room.path)).toEqual(Buffer.from(bytes));
  }
});
