// What monitor, agent and panels ask again and again costs the same with a million rows: no
// statement of theirs reads a whole table.
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { keepRowsBefore } from "../../src/store/row-before.ts";
import type { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { asking } from "../support/asking.ts";
import { changeSomething, FIXED, firing, openRoom, type Room, ticketIn } from "./room.ts";

const TABLES = ["tickets", "sessions", "audit_events", "journal", "approvals"];
/** Of the few rows that are in work. */
const SMALL =
  /USING INDEX (?:tickets_(?:leased|claimable|to_clear_up)|journal_intended|approvals_open)$/;
/** Goes along the rows, and ends at its limit. */
const BOUNDED = /FROM \w+ ORDER BY rowid DESC LIMIT \?$/;

let room: Room;
let sessionId: string;
let asked: Set<string>;
const query = Database.prototype.query;

beforeAll(async () => {
  room = await openRoom();
  ({ sessionId } = await ticketIn(room.store, "claimed"));
  await changeSomething(room.store, sessionId);
  Database.prototype.query = function noted(this: Database, sql: string) {
    asked.add(sql);
    return query.call(this, sql);
  } as typeof query;
});
afterAll(async () => {
  Database.prototype.query = query;
  await room[Symbol.asyncDispose]();
});

async function plansOf(work: (store: TicketOpsDB) => Promise<unknown>): Promise<readonly string[]> {
  asked = new Set();
  await work(room.store);
  const statements = [...asked].filter((sql) => /^\s*(?:SELECT|UPDATE|INSERT|DELETE)/.test(sql));
  expect(statements).not.toEqual([]);
  using db = new Database(room.path, { readonly: true });
  keepRowsBefore(db);
  return statements.flatMap((sql) => slowPartsOf(db, sql).map((part) => `${part}: ${sql}`));
}

/** Parts of the plan that read all of a table, or sort it. */
function slowPartsOf(db: Database, sql: string): readonly string[] {
  const plan = query.call(db, `EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
  if (BOUNDED.test(sql)) return [];
  return plan
    .map(({ detail }) => detail)
    .filter((detail) => TABLES.some((table) => detail.startsWith(`SCAN ${table}`)))
    .filter((detail) => !SMALL.test(detail));
}

const OF_MONITOR: readonly [what: string, work: (store: TicketOpsDB) => Promise<unknown>][] = [
  ["record violations", (store) => store.recordViolations([firing(), firing({ entity: "two" })])],
  ["the live tickets", (store) => store.liveTickets("toy")],
  ["leases that expire", (store) => store.expireLeases()],
  ["what a session touched", (store) => store.touchedBy(sessionId)],
  ["a ticket that healed", (store) => store.healTicket(2, "it holds")],
];

const OF_AGENT: typeof OF_MONITOR = [
  ["a claim", (store) => store.claim({ ...CLAIM, subject: "none" })],
  ["a claim of any subject", (store) => store.claim(CLAIM)],
  ["a renewal", (store) => store.renewLease(sessionId, 30_000)],
  ["its history", (store) => store.sessionsOf(1)],
  ["its steps", (store) => store.journalOf(sessionId)],
  ["recent steps", (store) => store.recentSteps({ subject: "toy", sinceMs: 0, ticketId: 1 })],
  ["a step", (store) => changeSomething(store, sessionId)],
  ["an approval", (store) => store.requestApproval(asking(sessionId))],
  ["the approval's state", (store) => store.getApproval(1)],
  ["subjects to look after", (store) => store.unattendedSubjects()],
  ["an interrupted step", (store) => store.interruptedSteps("toy")],
  ["a conclusion", (store) => store.concludeTicket(sessionId, FIXED)],
  ["an end", (store) => store.escalateTicket(sessionId, STOPPED)],
];

const OF_PANELS: typeof OF_MONITOR = [
  ["tickets of a subject", (store) => store.listTickets({ subject: "toy", limit: 200 })],
  ["tickets", (store) => store.listTickets({ limit: 200 })],
  ["sessions", (store) => store.listSessions({ limit: 1 })],
  ["what one session has asked", (store) => store.listApprovals({ sessionId })],
  ["what a person is asked", (store) => store.listApprovals({ state: "pending" })],
  ["new events", (store) => store.eventsOf({ afterId: 3, limit: 500 })],
  ["the last events", (store) => store.eventsOf({ limit: 500, isNewestFirst: true })],
  ["events of a session", (store) => store.eventsOf({ sessionId, afterId: 1, limit: 50 })],
  ["events of a ticket", (store) => store.eventsOf({ ticketId: 1, afterId: 1, limit: 50 })],
  ["a session by its beginning", (store) => store.findSession(sessionId.slice(0, 6))],
];

const STOPPED = { stopReason: "aborted", detail: "SIGTERM", isUnfinished: true } as const;
const CLAIM = { agentId: "a", leaseMs: 30_000, model: "runbook", mode: "execute" } as const;

for (const [who, all] of Object.entries({ OF_MONITOR, OF_AGENT, OF_PANELS })) {
  for (const [what, work] of all) {
    test(`${who.slice(3).toLowerCase()}: ${what}`, async () => {
      expect(await plansOf(work)).toEqual([]);
    });
  }
}

test("a statement without an index is noticed", async () => {
  using db = new Database(room.path, { readonly: true });
  keepRowsBefore(db);
  expect(slowPartsOf(db, "SELECT * FROM tickets WHERE note = 'x'")).toEqual(["SCAN tickets"]);
});
