// A database of the version before rows were sealed: brought up to date, its chain as it was.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { oldDatabase, SESSION } from "../store/old-database.ts";
import { FIXED, type Room } from "../store/room.ts";

function tamper({ path }: Room, sql: string): void {
  using db = new Database(path);
  db.run(sql);
}

test("it is intact, and its work goes on", async () => {
  await using room = await oldDatabase();
  const { store } = room;
  expect(await store.verifyAudit()).toMatchObject({ state: "intact", rows: 4 });
  await store.concludeTicket(SESSION, FIXED);
  await store.verifyTicket(1, "it holds");
  expect(await store.getTicket(1)).toMatchObject({ resolution: "verified_fix" });
  expect(await store.verifyAudit()).toMatchObject({ state: "intact", rows: 8 });
});

const CASES: readonly [what: string, sql: string, row: string][] = [
  ["a changed ticket", "UPDATE tickets SET reason = 'bright'", "ticket 1"],
  ["a changed session", "UPDATE sessions SET changes = 0", "session old-session"],
  ["a changed step", "UPDATE journal SET result = 'no'", "step 1"],
  ["a removed ticket", "PRAGMA foreign_keys = OFF; DELETE FROM tickets", "ticket 1"],
  ["a removed session", "PRAGMA foreign_keys = OFF; DELETE FROM sessions", "session old-session"],
];
for (const [what, sql, row] of CASES) {
  test(`${what} is found in it`, async () => {
    await using room = await oldDatabase();
    tamper(room, sql);
    expect(await room.store.verifyAudit()).toMatchObject({ state: "broken", row });
  });
}
