// What somebody altered past the store is not vouched for by the store's next change of it.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { type SealedTable, sealRow } from "../../src/store/audit-seals.ts";
import { askShortly, useOf } from "./approval-room.ts";
import type { Room } from "./room.ts";
import {
  changeSomething,
  claimed,
  FIXED,
  failureOf,
  firing,
  openRoom,
  openTicket,
} from "./room.ts";

interface Alteration {
  readonly table: SealedTable;
  readonly id: number | string;
  readonly set: string;
  /** By one who knows how a row is sealed. */
  readonly isSealed: boolean;
}

function alter({ path }: Room, { table, id, set, isSealed }: Alteration): void {
  using db = new Database(path);
  db.run("PRAGMA secure_delete = ON");
  db.query(`UPDATE ${table} SET ${set} WHERE id = ?`).run(id);
  if (isSealed) sealRow(db, { table, id });
}

interface Change {
  readonly of: string;
  readonly table: SealedTable;
  readonly set: string;
  readonly change: (room: Room, sessionId: string) => Promise<unknown>;
}

const CHANGES: readonly Change[] = [
  {
    of: "ticket 1",
    table: "tickets",
    set: "entity = 'two'",
    change: ({ store }) => store.setHeld(1, true),
  },
  {
    of: "ticket 1",
    table: "tickets",
    set: "evidence = '{}', violated_since_ms = 1",
    change: ({ store }, sessionId) => store.concludeTicket(sessionId, FIXED),
  },
  {
    of: "session",
    table: "sessions",
    set: "model = 'another'",
    change: ({ store }, sessionId) => store.concludeTicket(sessionId, FIXED),
  },
  {
    of: "approval 1",
    table: "approvals",
    set: "reason = 'another'",
    change: ({ store }) => store.voidApproval(1, "it is another state"),
  },
];

for (const isSealed of [false, true]) {
  for (const { of, table, set, change } of CHANGES) {
    const how = isSealed ? "sealed" : "not sealed";
    test(`${of}, ${set}, ${how}: a change of it leaves it altered`, async () => {
      await using room = await openRoom();
      const { sessionId } = await askShortly(room);
      expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
      alter(room, { table, id: table === "sessions" ? sessionId : 1, set, isSealed });
      await change(room, sessionId);
      expect(await room.store.verifyAudit()).toMatchObject({
        state: "broken",
        row: expect.stringContaining(of),
        reason: expect.stringMatching(/, when it was next changed \(event \d+\)$/),
      });
      expect(await room.store.verifyAudit(1)).toMatchObject({ state: "broken" });
    });
  }
}

test("a count that no event tells vouches for nothing either", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  alter(room, { table: "tickets", id: 1, set: "occurrences = 99", isSealed: false });
  await room.store.recordViolations([firing({ entity: "one" })]);
  expect(await room.store.verifyAudit()).toMatchObject({ state: "broken", row: "ticket 1" });
});

test("nobody acts on an approval that was altered, whoever says that it was given", async () => {
  for (const isSealed of [false, true]) {
    await using room = await openRoom();
    const asked = await askShortly(room);
    const set = "state = 'approved', decided_at_ms = requested_at_ms + 1";
    alter(room, { table: "approvals", id: asked.id, set, isSealed });
    expect(await room.store.getApproval(asked.id)).toMatchObject({ state: "approved" });
    expect(await room.store.useApproval(asked.id, useOf(asked))).toBe(false);
  }
});

test("nobody answers what was altered since it was asked", async () => {
  for (const isSealed of [false, true]) {
    await using room = await openRoom();
    const asked = await askShortly(room);
    alter(room, { table: "approvals", id: asked.id, set: "effects = '[]'", isSealed });
    const failure = await failureOf(room.store.decideApproval(asked.id, "approved"));
    expect(failure).toMatchObject({
      code: "conflict",
      message: "approval 1 is not as it was written: somebody has altered it in the database",
    });
  }
});

test("what was not altered is not said to be, however often it changes", async () => {
  await using room = await openRoom();
  const { id, sessionId } = await askShortly(room);
  await room.store.decideApproval(id, "denied");
  await changeSomething(room.store, sessionId);
  await room.store.setHeld(1, true);
  await room.store.setHeld(1, false);
  await room.store.recordViolations([firing({ entity: "one" })]);
  await room.store.concludeTicket(sessionId, FIXED);
  await room.store.verifyTicket(1, "seen well");
  await openTicket(room.store, "two");
  await claimed(room.store);
  const types = (await room.store.eventsOf({})).map(({ type }) => type);
  expect(types).not.toContain("row_found_altered");
  expect(types).toContain("approval_decided");
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
});
