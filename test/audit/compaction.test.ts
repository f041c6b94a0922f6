// Retention: what sessions of tickets long resolved said and saw leaves the file, and nothing else
// does; the audit verifies as before, and whatever is done to what is left is found.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import type { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { oldDatabase } from "../store/old-database.ts";
import { startOther } from "../store/other-process.ts";
import { defined, FIXED, openRoom, type Room } from "../store/room.ts";
import { DAY_MS, incident, SAID } from "./said-incident.ts";

async function compactAll(store: TicketOpsDB, cutoffMs: number): Promise<number> {
  let events = 0;
  for (let afterId: number | undefined = 0; afterId !== undefined; ) {
    const done = await store.compactAudit({ cutoffMs, afterId });
    events += done.events;
    afterId = done.lastId;
  }
  return events;
}

async function contentsOf(store: TicketOpsDB, sessionId: string): Promise<readonly string[]> {
  const events = await store.eventsOf({ sessionId });
  return events.map(({ type, content }) => ("compacted" in content ? `${type}, gone` : type));
}

/** An old incident that was compacted; its session. */
async function compacted(room: Room): Promise<string> {
  const sessionId = await incident(room, { entity: "old", end: "verified" });
  room.clock.advance(31 * DAY_MS);
  await compactAll(room.store, room.clock.now() - 30 * DAY_MS);
  return sessionId;
}

test("what was said and seen goes, what was decided stays, and the chain is whole", async () => {
  await using room = await openRoom();
  const { store } = room;
  const sessionId = await compacted(room);
  expect(await contentsOf(store, sessionId)).toEqual([
    "session_started",
    "ticket_moved",
    "session_briefed, gone",
    "model_replied, gone",
    "tool_result, gone",
    "guard_decided",
    "session_concluded",
    "ticket_moved",
    "ticket_moved",
    "session_ended",
  ]);
  expect(await store.verifyAudit()).toMatchObject({ state: "intact", rows: 12, compacted: 3 });
  const [told] = await store.eventsOf({ afterId: 11 });
  expect(told).toMatchObject({
    type: "audit_compacted",
    content: { events: 3, ids: [[4, 6]] },
  });
});

test("it leaves what is younger, unresolved or in work", async () => {
  await using room = await openRoom();
  const { store, clock } = room;
  const escalated = await incident(room, { entity: "escalated", end: "escalated" });
  await incident(room, { entity: "old", end: "verified" });
  clock.advance(20 * DAY_MS);
  const young = await incident(room, { entity: "young", end: "verified" });
  clock.advance(20 * DAY_MS);
  const inWork = await incident(room, { entity: "in-work", end: "none" });
  expect(await compactAll(store, clock.now() - 30 * DAY_MS)).toBe(3);
  for (const sessionId of [escalated, young, inWork]) {
    expect((await contentsOf(store, sessionId)).join()).not.toContain("gone");
  }
  expect(await compactAll(store, clock.now() - 30 * DAY_MS)).toBe(0);
  expect(await store.verifyAudit()).toMatchObject({ state: "intact", compacted: 3 });
});

test("what is said of an old ticket later is as old as it is itself", async () => {
  await using room = await openRoom();
  const { store, clock } = room;
  const sessionId = await incident(room, { entity: "old", end: "verified" });
  clock.advance(31 * DAY_MS);
  const content = { text: SAID.repeat(9) };
  await store.appendAudit({ type: "tool_result", ticketId: 1, sessionId, content });
  expect(await compactAll(store, clock.now() - 30 * DAY_MS)).toBe(3);
  expect((await contentsOf(store, sessionId)).at(-1)).toBe("tool_result");
});

test("a plan tells what would go, and nothing goes", async () => {
  await using room = await openRoom();
  await incident(room, { entity: "old", end: "verified" });
  const request = { cutoffMs: room.clock.now(), afterId: 0 };
  const plan = await room.store.planCompaction(request);
  expect(plan).toMatchObject({ lastId: 6, events: 3, kept: 0 });
  expect(await room.store.verifyAudit()).toMatchObject({ compacted: 0 });
  expect(await room.store.compactAudit(request)).toEqual(plan);
});

test("the file shrinks, and holds no byte of it any more", async () => {
  await using room = await openRoom();
  const { store, path } = room;
  for (let number = 0; number < 60; number += 1) {
    await incident(room, { entity: `old-${number}`, end: "verified" });
  }
  sync(path);
  const bytes = statSync(path).size;
  expect(readFileSync(path).includes("what only")).toBe(true);
  await compactAll(store, room.clock.now());
  while ((await store.shrinkFile()).freePages > 0);
  room.store[Symbol.dispose]();
  expect(statSync(path).size).toBeLessThan(bytes / 2);
  expect(readFileSync(path).includes("what only")).toBe(false);
});

describe("found in what is left:", () => {
  const gone = `{"compacted":"${new Bun.CryptoHasher("sha256").update("{}").digest("hex")}"}`;
  const cases: readonly [what: string, sql: string, found: object][] = [
    [
      "another hash of a content",
      "content = replace(content, 'a', 'b') WHERE id = 5",
      { row: "event 5" },
    ],
    ["another type", "type = 'model_replied' WHERE id = 6", { row: "event 6" }],
    ["another time", "at_ms = at_ms + 1 WHERE id = 4", { row: "event 4" }],
    ["another ticket", "ticket_id = NULL WHERE id = 4", { row: "event 4" }],
    ["the hash of another content", `content = '${gone}' WHERE id = 4`, { row: "event 4" }],
    [
      "a content that never goes",
      `content = '{"compacted":"' || sha256(content) || '"}' WHERE id = 7`,
      { row: "event 7", reason: "its content was removed, and of such a row it never is" },
    ],
    [
      "a word without what it tells of",
      "content = restored() WHERE id = 5",
      { row: "event 5", reason: "its content is there, and event 12 tells that it was removed" },
    ],
    [
      "a changed word",
      "content = replace(content, '[4,6]', '[4,5]') WHERE id = 12",
      { row: "event 12" },
    ],
  ];
  for (const [what, sql, found] of cases) {
    test(what, async () => {
      await using room = await openRoom();
      await compacted(room);
      tamper(room, `UPDATE audit_events SET ${sql}`);
      expect(await room.store.verifyAudit()).toMatchObject({ state: "broken", ...found });
    });
  }
});

test("an event that was altered before is not hidden by removing it", async () => {
  await using room = await openRoom();
  await incident(room, { entity: "old", end: "verified" });
  tamper(room, `UPDATE audit_events SET content = replace(content, 'only', 'also') WHERE id = 5`);
  const request = { cutoffMs: room.clock.now(), afterId: 0 };
  await expect(room.store.compactAudit(request)).rejects.toMatchObject({
    code: "conflict",
    message: "event 5 is not as it was written: nothing is removed from such an audit",
  });
  expect(
    await contentsOf(room.store, defined((await room.store.sessionsOf(1))[0]).id),
  ).not.toContain("session_briefed, gone");
});

test("events of the first version stay, for their hashes need their content", async () => {
  await using room = await oldDatabase();
  const { store } = room;
  await store.concludeTicket("old-session", FIXED);
  await store.verifyTicket(1, "it holds");
  const request = { cutoffMs: room.clock.now(), afterId: 0 };
  expect(await store.compactAudit(request)).toMatchObject({ events: 0, kept: 1 });
  expect(await store.shrinkFile()).toMatchObject({ canShrink: false });
  expect(await store.verifyAudit()).toMatchObject({ state: "intact", compacted: 0 });
});

test("killed at any moment, it leaves the audit whole, and the next one goes on", async () => {
  await using room = await openRoom();
  for (let number = 0; number < 150; number += 1) {
    await incident(room, { entity: `old-${number}`, end: "verified" });
  }
  for (const afterMs of [0, 3, 9, 20]) {
    const other = startOther("compact", room.path);
    await other.stdout.getReader().read();
    await Bun.sleep(afterMs);
    other.kill("SIGKILL");
    await other.exited;
    expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
  }
  await compactAll(room.store, room.clock.now());
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact", compacted: 450 });
}, 60_000);

test("others write beside it, and neither loses anything", async () => {
  await using room = await openRoom();
  for (let number = 0; number < 100; number += 1) {
    await incident(room, { entity: `old-${number}`, end: "verified" });
  }
  const writers = [startOther("append", room.path), startOther("append", room.path)];
  await Promise.all(writers.map((writer) => writer.stdout.getReader().read()));
  expect(await compactAll(room.store, room.clock.now())).toBe(300);
  while ((await room.store.shrinkFile()).freePages > 0);
  for (const writer of writers) {
    expect(writer.exitCode).toBeNull();
    writer.kill("SIGKILL");
  }
  await Promise.all(writers.map((writer) => writer.exited));
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact", compacted: 300 });
}, 60_000);

function sync(path: string): void {
  using db = new Database(path);
  db.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

/** As someone with an editor for SQLite files would. */
function tamper({ path }: Room, sql: string): void {
  using db = new Database(path);
  const text = (id: number) =>
    db.query<{ content: string }, [number]>("SELECT content FROM audit_events WHERE id = ?").get(id)
      ?.content ?? "";
  const hash = new Bun.CryptoHasher("sha256").update(text(7)).digest("hex");
  const restored = `{"callId":"1","text":"${SAID.repeat(200)}"}`;
  db.run(sql.replace("sha256(content)", `'${hash}'`).replace("restored()", `'${restored}'`));
}
