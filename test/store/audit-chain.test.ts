// The chain finds whatever is done to the audit behind the store's back.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { AUDIT_GENESIS, type AuditEvent, auditText } from "../../src/domain/audit.ts";
import { canonicalJson } from "../../src/domain/json.ts";
import { failureOf, openRoom, openTicket, type Room, ticketIn } from "./room.ts";

const EVENTS = 6;

/** Six events: a ticket opened, claimed and refused. */
async function written(room: Room): Promise<readonly AuditEvent[]> {
  const { ticketId } = await ticketIn(room.store, "claimed");
  for (const reason of ["one", "two", "three"]) {
    await room.store.appendAudit({
      type: "guard_decided",
      ticketId,
      sessionId: null,
      content: { decision: "allow", reason },
    });
  }
  return room.store.eventsOf({});
}

function sha256(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}

/** As someone with an editor for SQLite files would. */
function tamper(room: Room, sql: string): void {
  using db = new Database(room.path);
  db.run(sql);
}

test("each event holds the hash of the one before, and its own covers its content's", async () => {
  await using room = await openRoom();
  const events = await written(room);
  expect(events.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
  let previousHash = AUDIT_GENESIS;
  for (const event of events) {
    const text = auditText(event, sha256(canonicalJson(event.content)));
    expect(event).toMatchObject({ previousHash, hash: sha256(previousHash + text) });
    previousHash = event.hash;
  }
  expect(await room.store.verifyAudit()).toEqual({
    state: "intact",
    rows: EVENTS,
    compacted: 0,
    head: previousHash,
    notes: [],
  });
});

test("an empty audit is intact", async () => {
  await using room = await openRoom();
  expect(await room.store.verifyAudit()).toEqual({
    ...{ state: "intact", rows: 0, compacted: 0 },
    head: AUDIT_GENESIS,
    notes: [],
  });
});

describe("the chain finds", () => {
  const other = "9".repeat(64);
  const cases: readonly [what: string, sql: string, firstBadId: number][] = [
    ["a changed content", `UPDATE audit_events SET content = '{"a":1}' WHERE id = 4`, 4],
    ["a space in a content", `UPDATE audit_events SET content = content || ' ' WHERE id = 4`, 4],
    ["a changed time", "UPDATE audit_events SET at_ms = at_ms + 1 WHERE id = 2", 2],
    ["a changed type", "UPDATE audit_events SET type = 'nonsense' WHERE id = 5", 5],
    [
      "an event moved to another ticket",
      "UPDATE audit_events SET ticket_id = NULL WHERE id = 5",
      5,
    ],
    ["a changed hash", `UPDATE audit_events SET hash = '${other}' WHERE id = 3`, 3],
    [
      "a changed previous hash",
      `UPDATE audit_events SET previous_hash = '${other}' WHERE id = 3`,
      3,
    ],
    ["a changed hash of the last row", `UPDATE audit_events SET hash = '${other}' WHERE id = 6`, 6],
    ["a removed row", "DELETE FROM audit_events WHERE id = 3", 3],
    ["a removed first row", "DELETE FROM audit_events WHERE id = 1", 1],
    ["a removed last row", "DELETE FROM audit_events WHERE id = 6", 6],
    ["all rows removed", "DELETE FROM audit_events", 1],
    ["a row inserted at the end", insertAs(7), 7],
    ["two rows exchanged", exchange(3, 4), 3],
    ["a head that was set back", "UPDATE audit_head SET event_id = 5", 6],
  ];
  for (const [what, sql, firstBadId] of cases) {
    test(what, async () => {
      await using room = await openRoom();
      await written(room);
      tamper(room, sql);
      expect(await room.store.verifyAudit()).toMatchObject({ state: "broken", firstBadId });
    });
  }

  test("a last row whose loss was covered by a new one", async () => {
    await using room = await openRoom();
    await written(room);
    tamper(room, "DELETE FROM audit_events WHERE id = 6");
    await openTicket(room.store, "two");
    expect(await room.store.verifyAudit()).toMatchObject({ state: "broken", firstBadId: 6 });
  });

  test("a row inserted with a fitting hash", async () => {
    await using room = await openRoom();
    const previousHash = (await written(room)).at(-1)?.hash;
    const facts = { id: 7, atMs: 1, type: "tool_result", ticketId: null, sessionId: null } as const;
    const hash = sha256(`${previousHash}${auditText(facts, sha256("{}"))}`);
    const values = `7, 1, 'tool_result', NULL, NULL, '{}', '${previousHash}', '${hash}'`;
    tamper(room, `INSERT INTO audit_events VALUES (${values})`);
    expect(await room.store.verifyAudit()).toEqual({
      state: "broken",
      rows: 7,
      row: "event 7",
      firstBadId: 7,
      reason: "row 7 was inserted after the last one written",
    });
  });
});

test("events are read by session, by ticket and from an id on", async () => {
  await using room = await openRoom();
  const { store } = room;
  const { ticketId, sessionId } = await ticketIn(store, "verifying");
  await openTicket(store, "two");
  const ids = async (filter: Parameters<typeof store.eventsOf>[0]) =>
    (await store.eventsOf(filter)).map(({ id }) => id);
  expect(await ids({ sessionId })).toEqual([2, 3, 4, 5]);
  expect(await ids({ ticketId })).toEqual([1, 2, 3, 4, 5]);
  expect(await ids({ ticketId, afterId: 2, limit: 2 })).toEqual([3, 4]);
  expect(await ids({ afterId: 4 })).toEqual([5, 6]);
});

test("an event of a session that never was is not stored", async () => {
  await using room = await openRoom();
  const event = { type: "tool_result", ticketId: null, sessionId: "never", content: {} } as const;
  expect(await failureOf(room.store.appendAudit(event))).toBeInstanceOf(Error);
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact", rows: 0 });
});

test("content of any characters survives and verifies", async () => {
  await using room = await openRoom();
  const text = "\u0000\u001b[31m\ud800 \u2028 ü 😀 \"quoted\" 'single'";
  const content = { text, __proto__x: [null, -0, 1e300], nested: { z: 1, a: undefined } };
  await room.store.appendAudit({ type: "tool_result", ticketId: null, sessionId: null, content });
  const [event] = await room.store.eventsOf({});
  expect(event?.content.text).toBe(text);
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
});

function insertAs(id: number): string {
  const columns = "at_ms, type, ticket_id, session_id, content, previous_hash, hash";
  return `INSERT INTO audit_events (id, ${columns})
    SELECT ${id}, ${columns} FROM audit_events WHERE id = ${id - 1}`;
}

function exchange(left: number, right: number): string {
  return `PRAGMA ignore_check_constraints = ON;
    UPDATE audit_events SET id = -${left} WHERE id = ${left};
    UPDATE audit_events SET id = ${left} WHERE id = ${right};
    UPDATE audit_events SET id = ${right} WHERE id = -${left};`;
}
