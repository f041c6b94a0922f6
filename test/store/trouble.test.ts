// What the outside can do to an open database: locked by another, or no room left. Nothing is lost,
// and the same store works again when the trouble is over.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { explainDatabaseError } from "../../src/store/database-error.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { failureOf, firing, openRoom, openTicket } from "./room.ts";

describe("a locked database", () => {
  test("is a clear error for a writer, and is written when the lock is gone", async () => {
    await using room = await openRoom({ busyTimeoutMs: 20 });
    await openTicket(room.store);
    {
      using other = new Database(room.path);
      other.run("BEGIN IMMEDIATE");
      const failure = await failureOf(room.store.recordViolations([firing()]));
      expect(failure).toMatchObject({
        code: "database",
        message: `cannot use database ${room.path}: another process has locked it`,
      });
      expect(failure?.hint).toBeDefined();
      expect(await room.store.getTicket(1)).toMatchObject({ occurrences: 1 });
      other.run("ROLLBACK");
    }
    await openTicket(room.store);
    expect(await room.store.getTicket(1)).toMatchObject({ occurrences: 2 });
  });

  test("is an error of opening when it is new and locked by another", async () => {
    await using room = await openRoom();
    const path = `${room.path}.new`;
    using other = new Database(path);
    other.run("BEGIN EXCLUSIVE");
    const open = async () => TicketOpsDB.open({ path, clock: room.clock, busyTimeoutMs: 20 });
    expect(await failureOf(open())).toMatchObject({
      code: "database",
      message: `cannot use database ${path}: another process has locked it`,
    });
  });
});

test("a full disk loses nothing, and the store goes on when there is room", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  const sizeBytesMax = 40 * 4_096;
  using full = TicketOpsDB.open({ path: room.path, clock: room.clock, sizeBytesMax });
  const large = firing({ entity: "large", evidence: { text: "x".repeat(200_000) } });
  expect(await failureOf(full.recordViolations([firing(), large]))).toMatchObject({
    code: "database",
    message: `cannot use database ${room.path}: the disk is full`,
  });
  expect(await room.store.listTickets({ limit: 9 })).toMatchObject([{ id: 1, occurrences: 1 }]);
  expect(await full.recordViolations([firing()])).toEqual([{ ticketId: 1, isNew: false }]);
  expect(await full.verifyAudit()).toMatchObject({ state: "intact", rows: 1 });
});

test("a damaged file is named as such", async () => {
  await using room = await openRoom();
  for (let entity = 0; entity < 200; entity += 1) await openTicket(room.store, `member-${entity}`);
  room.store[Symbol.dispose]();
  const bytes = await Bun.file(room.path).bytes();
  bytes.fill(0xaa, 8_192);
  await Bun.write(room.path, bytes);
  const use = async () => {
    using store = TicketOpsDB.open({ path: room.path, clock: room.clock });
    await store.verifyAudit();
    await store.listTickets({ limit: 1_000 });
  };
  expect(await failureOf(use())).toMatchObject({
    code: "database",
    message: `cannot use database ${room.path}: it is damaged`,
  });
});

test("a row of no version of ours is an error of the database", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  {
    using db = new Database(room.path);
    db.run("PRAGMA ignore_check_constraints = ON");
    db.run("UPDATE tickets SET severity = 'dreadful'");
  }
  expect(await failureOf(room.store.getTicket(1))).toMatchObject({
    code: "database",
    message: expect.stringContaining("severity"),
  });
});

test("a defect of ours stays what it is", () => {
  const defect = new TypeError("not a function");
  expect(explainDatabaseError(defect, "tickets.db")).toBe(defect);
});
