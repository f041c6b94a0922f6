// What the last event told of a row is looked for once, however long the session.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import type { Room } from "./room.ts";
import { firing, openRoom, openTicket } from "./room.ts";

const seeAgain = ({ store }: Room) => store.recordViolations([firing({ entity: "one" })]);

function alterationsIn({ path }: Room): number {
  using db = new Database(path);
  const query = "SELECT count(*) AS count FROM audit_events WHERE type = 'row_found_altered'";
  return db.query<{ count: number }, []>(query).get()?.count ?? -1;
}

/** By somebody beside the store, whom no constraint holds. */
function change({ path }: Room, sql: string, ...values: readonly string[]): void {
  using db = new Database(path);
  db.run("PRAGMA secure_delete = ON");
  db.run("PRAGMA ignore_check_constraints = ON");
  db.query(sql).run(...values);
}

test("events that were looked through are not looked through again", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  await seeAgain(room);
  change(room, "UPDATE audit_events SET content = json_set(content, '$.rows.tickets 1', 'no')");
  await seeAgain(room);
  expect(alterationsIn(room)).toBe(0);
  expect(await room.store.verifyAudit()).toMatchObject({ state: "broken", row: "event 1" });
});

test("what another process tells of the row is looked for after that", async () => {
  await using room = await openRoom();
  using other = TicketOpsDB.open({ path: room.path, clock: room.clock });
  await openTicket(room.store);
  await seeAgain(room);
  await other.setHeld(1, true);
  await seeAgain(room);
  await room.store.setHeld(1, false);
  await other.recordViolations([firing({ entity: "one" })]);
  expect(alterationsIn(room)).toBe(0);
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
});

test("an older copy that is put back while the store works is looked through anew", async () => {
  await using room = await openRoom();
  using other = TicketOpsDB.open({ path: room.path, clock: room.clock });
  await openTicket(room.store);
  change(room, "VACUUM INTO ?", join(room.dir, "older.db"));
  await room.store.setHeld(1, true);
  await seeAgain(room);
  putBack(room, join(room.dir, "older.db"));
  await openTicket(other, "two");
  await seeAgain(room);
  expect(alterationsIn(room)).toBe(0);
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
});

/** What stood in the tables then, in the file that is in use. */
function putBack({ path }: Room, older: string): void {
  using db = new Database(path);
  db.run("PRAGMA secure_delete = ON");
  db.query("ATTACH ? AS older").run(older);
  db.run("BEGIN IMMEDIATE");
  for (const table of ["audit_events", "audit_head", "tickets"]) {
    db.run(`DELETE FROM ${table}`);
    const columns = db
      .query<{ name: string }, [string]>("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0")
      .all(table)
      .map(({ name }) => name);
    db.run(`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM older.${table}`);
  }
  db.run("COMMIT");
}

test("an event that nobody can read stops no write, and is named", async () => {
  for (const content of ["{not json, 'tickets 1'", '[""tickets 1""]', 'null "tickets 1"']) {
    await using room = await openRoom();
    await openTicket(room.store);
    change(room, "UPDATE audit_events SET content = ?", content.replaceAll("'", '"'));
    await seeAgain(room);
    await room.store.setHeld(1, true);
    expect(alterationsIn(room)).toBe(0);
    expect(await room.store.verifyAudit()).toMatchObject({ state: "broken", row: "event 1" });
  }
});
