// Steps whose end nobody saw, and steps that take others back, as rows and as events.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import type { JsonObject } from "../../src/domain/json.ts";
import { migrate } from "../../src/store/migrations.ts";
import { SCHEMA_1, SCHEMA_2 } from "../../src/store/schema.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { claimed, failureOf, GAVE_UP, openRoom, openTicket, type Room, ticketIn } from "./room.ts";
import { tellRows } from "./tell-rows.ts";

const STEP = { kind: "act", operation: { action: "set" }, targets: ["one"] } as const;
const DONE = { state: "done", result: "set", changed: true } as const;

/** A session that has died with one step intended. */
async function died(room: Room): Promise<{ readonly sessionId: string; readonly id: number }> {
  const { sessionId } = await ticketIn(room.store, "claimed");
  const id = await room.store.beginStep({ sessionId, ...STEP });
  room.clock.advance(60_000);
  await room.store.expireLeases();
  return { sessionId, id };
}

async function nextSession(room: Room): Promise<string> {
  room.clock.advance(60_000);
  return (await claimed(room.store)).session.id;
}

async function statesOf(room: Room, sessionId: string): Promise<readonly string[]> {
  return (await room.store.journalOf(sessionId)).map(({ state }) => state);
}

test("a step is interrupted once its session has ended, and of its subject alone", async () => {
  await using room = await openRoom();
  const { sessionId } = await ticketIn(room.store, "claimed");
  const id = await room.store.beginStep({ sessionId, ...STEP });
  expect(await room.store.interruptedSteps("toy")).toEqual([]);
  const early = { sessionId, state: "took_effect", reason: "there" } as const;
  expect(await room.store.settleStep(id, early)).toBe(false);
  room.clock.advance(60_000);
  await room.store.expireLeases();
  expect(await room.store.interruptedSteps("toy")).toMatchObject([{ id, state: "intended" }]);
  expect(await room.store.interruptedSteps("other")).toEqual([]);
});

for (const [state, changes] of [
  ["took_effect", 1],
  ["unknown", 1],
  ["had_no_effect", 0],
] as const) {
  test(`it is settled once, as ${state}, by the session that looked`, async () => {
    await using room = await openRoom();
    const { sessionId: dead, id } = await died(room);
    const sessionId = await nextSession(room);
    const settlement = { sessionId, state, reason: "seen so" };
    expect(await room.store.settleStep(id, settlement)).toBe(true);
    expect(await room.store.settleStep(id, { ...settlement, state: "unknown" })).toBe(false);
    expect(await room.store.interruptedSteps("toy")).toEqual([]);
    const hasChanged = changes === 1;
    expect(await room.store.journalOf(dead)).toMatchObject([
      { state, result: "seen so", hasChanged },
    ]);
    expect(await room.store.findSession(dead)).toMatchObject({ changes });
    const events = await room.store.eventsOf({ sessionId });
    expect(events.filter(({ type }) => type === "step_settled")).toMatchObject([
      { ticketId: 1, content: { entryId: id, state, reason: "seen so" } },
    ]);
    expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
  });
}

test("a step that was done is undone when the step that undoes it is", async () => {
  await using room = await openRoom();
  const { sessionId } = await ticketIn(room.store, "claimed");
  const first = await room.store.beginStep({ sessionId, ...STEP });
  await room.store.finishStep(first, DONE);
  const failing = await room.store.beginStep({ sessionId, ...STEP, undoes: first });
  await room.store.finishStep(failing, { ...DONE, state: "failed" });
  expect(await statesOf(room, sessionId)).toEqual(["done", "failed"]);
  const second = await room.store.beginStep({ sessionId, ...STEP, undoes: first });
  await room.store.finishStep(second, DONE);
  expect(await statesOf(room, sessionId)).toEqual(["undone", "failed", "done"]);
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
});

test("an undo that was interrupted and took effect leaves its step undone", async () => {
  await using room = await openRoom();
  const { sessionId: dead } = await ticketIn(room.store, "claimed");
  const first = await room.store.beginStep({ sessionId: dead, ...STEP });
  await room.store.finishStep(first, DONE);
  const undo = await room.store.beginStep({ sessionId: dead, ...STEP, undoes: first });
  room.clock.advance(60_000);
  await room.store.expireLeases();
  const sessionId = await nextSession(room);
  const seen = { sessionId, state: "took_effect", reason: "seen so" } as const;
  await room.store.settleStep(undo, seen);
  expect(await statesOf(room, dead)).toEqual(["undone", "took_effect"]);
  const [undone] = (await room.store.eventsOf({ sessionId })).filter(
    ({ type }) => type === "step_undone",
  );
  expect(undone?.content).toMatchObject({ entryId: first, by: undo });
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
});

test("only an ended step of the same ticket is undone, and by one step at a time", async () => {
  await using room = await openRoom();
  const { sessionId } = await ticketIn(room.store, "claimed");
  const first = await room.store.beginStep({ sessionId, ...STEP });
  const begin = (undoes: number, session = sessionId) =>
    failureOf(room.store.beginStep({ sessionId: session, ...STEP, undoes }));
  expect(await begin(first)).toMatchObject({ code: "conflict" });
  await room.store.finishStep(first, DONE);
  await openTicket(room.store, "two");
  const other = await claimed(room.store, "other");
  expect(await begin(first, other.session.id)).toMatchObject({ code: "conflict" });
  const undo = await room.store.beginStep({ sessionId, ...STEP, undoes: first });
  expect(await begin(first)).toMatchObject({ code: "conflict" });
  await room.store.finishStep(undo, DONE);
  expect(await begin(first)).toMatchObject({ code: "conflict" });
  expect(await begin(undo)).toMatchObject({ code: "conflict" });
});

test("nothing is undone while the ticket is being verified, or after the session", async () => {
  await using room = await openRoom();
  const { sessionId } = await ticketIn(room.store, "claimed");
  const first = await room.store.beginStep({ sessionId, ...STEP });
  await room.store.finishStep(first, DONE);
  const conclusion = { outcome: "fixed", rootCause: "", evidence: [], summary: "" } as const;
  await room.store.concludeTicket(sessionId, conclusion);
  const undo = { sessionId, ...STEP, undoes: first };
  expect(await failureOf(room.store.beginStep(undo))).toMatchObject({ code: "conflict" });
  await room.store.escalateTicket(sessionId, GAVE_UP);
  expect(await failureOf(room.store.beginStep(undo))).toMatchObject({ code: "conflict" });
});

/** Two steps of then, and the seals that the chain of then told of them. */
function writeOfVersionTwo(path: string): JsonObject {
  using db = new Database(path);
  migrate(db, { migrations: [SCHEMA_1, SCHEMA_2] });
  db.run(`INSERT INTO tickets (id, fingerprint, subject, invariant, entity, severity, state, reason,
      evidence, occurrences, settle_ms, is_held, attempts, violated_since_ms, opened_at_ms,
      last_violated_at_ms, updated_at_ms, claimable_at_ms)
    VALUES (1, 's/i/e', 's', 'i', 'e', 'critical', 'open', '', '{}', 1, 0, 0, 1, 1, 1, 1, 1, 0);
    INSERT INTO sessions (id, ticket_id, agent_id, model, mode, started_at_ms, ended_at_ms,
      stop_reason, stop_detail)
    VALUES ('old', 1, 'agent', 'runbook', 'execute', 1, 2, 'lease_lost', 'it expired');
    INSERT INTO journal (id, session_id, ticket_id, kind, operation, targets, state, result,
      started_at_ms, ended_at_ms)
    VALUES (1, 'old', 1, 'act', '{}', '["e"]', 'done', 'ok', 1, 2),
      (2, 'old', 1, 'shell', '{}', '[]', 'intended', NULL, 1, NULL)`);
  return tellRows(db, OLD_STEPS);
}

const OLD_STEPS = [
  { table: "journal", id: 1 },
  { table: "journal", id: 2 },
] as const;

test("steps of an older version keep their seals, and can be settled", async () => {
  await using room = await openRoom();
  const path = `${room.path}.old`;
  const told = writeOfVersionTwo(path);
  {
    using db = new Database(path);
    migrate(db);
    expect(tellRows(db, OLD_STEPS)).toEqual(told);
  }
  using store = TicketOpsDB.open({ path, clock: room.clock });
  const [step] = await store.interruptedSteps("s");
  expect(step).toMatchObject({ id: 2, undo: null, effects: null, undoes: null });
});
