// The audit: appended in the transaction of what it tells, each row chained to the one before by
// its hash. The head is kept beside the rows, so that even a missing last row is found.
import { createHash } from "node:crypto";
import { AUDIT_GENESIS, type AuditEvent, type AuditInput, auditContent } from "../domain/audit.ts";
import { assert } from "../domain/errors.ts";
import { canonicalJson } from "../domain/json.ts";
import type { AuditVerification, EventFilter } from "../domain/ticket-ops.ts";
import { parseEvent } from "./rows.ts";
import type { StoreCall } from "./transaction.ts";

interface Head {
  readonly event_id: number;
  readonly hash: string;
}

/** A row as it is stored, whatever was done to it. */
interface StoredRow {
  readonly id: number;
  readonly at_ms: number;
  readonly type: string;
  readonly ticket_id: number | null;
  readonly session_id: string | null;
  readonly content: string;
  readonly is_json: 0 | 1;
  readonly previous_hash: string;
  readonly hash: string;
}

/** Only within a write transaction: the head that is read must still be the head at the insert. */
export function appendEvent(call: StoreCall, input: AuditInput): AuditEvent {
  assert(call.db.inTransaction, "an audit event is appended within a transaction");
  const head = headOf(call);
  const { type, ticketId, sessionId, content } = input;
  const facts = { id: head.event_id + 1, atMs: call.nowMs, type, ticketId, sessionId, content };
  const hash = hashAfter(head.hash, auditContent(facts));
  const event: AuditEvent = { ...facts, previousHash: head.hash, hash };
  call.db
    .query(
      `INSERT INTO audit_events
        (id, at_ms, type, ticket_id, session_id, content, previous_hash, hash)
      VALUES ($id, $atMs, $type, $ticketId, $sessionId, $content, $previousHash, $hash)`,
    )
    .run({ ...event, content: canonicalJson(content) });
  call.db.query("UPDATE audit_head SET event_id = ?, hash = ?").run(event.id, hash);
  return event;
}

/** Oldest first. */
export function eventsOf({ db }: StoreCall, filter: EventFilter): readonly AuditEvent[] {
  const { sessionId, ticketId, afterId = 0, limit = -1 } = filter;
  const ofSession = sessionId === undefined ? "" : "AND session_id = $sessionId";
  const ofTicket = ticketId === undefined ? "" : "AND ticket_id = $ticketId";
  return db
    .query(
      `SELECT * FROM audit_events WHERE id > $afterId ${ofSession} ${ofTicket}
      ORDER BY id LIMIT $limit`,
    )
    .all({ sessionId: sessionId ?? null, ticketId: ticketId ?? null, afterId, limit })
    .map(parseEvent);
}

/** Walks all rows in order, in constant memory; stops at the first that was not written so. */
export function verifyChain(call: StoreCall): AuditVerification {
  const head = headOf(call);
  const rows = countRows(call);
  let previous: Head = { event_id: 0, hash: AUDIT_GENESIS };
  for (const row of storedRows(call)) {
    const problem = problemOf(row, previous);
    if (problem) return { state: "broken", rows, ...problem };
    previous = { event_id: row.id, hash: row.hash };
  }
  if (previous.event_id !== head.event_id || previous.hash !== head.hash) {
    return { state: "broken", rows, ...endProblem(previous, head) };
  }
  return { state: "intact", rows, head: head.hash };
}

interface Problem {
  readonly firstBadId: number;
  readonly reason: string;
}

function problemOf(row: StoredRow, previous: Head): Problem | undefined {
  const expectedId = previous.event_id + 1;
  if (row.id !== expectedId) {
    return { firstBadId: expectedId, reason: `row ${expectedId} is missing` };
  }
  if (row.previous_hash !== previous.hash) {
    return { firstBadId: row.id, reason: "its previous hash is not the hash of the row before" };
  }
  if (contentHash(row) !== row.hash) {
    return { firstBadId: row.id, reason: "its content does not give its hash" };
  }
  return undefined;
}

/** All rows fit each other, but the last is not the one that the head names. */
function endProblem(last: Head, head: Head): Problem {
  if (last.event_id < head.event_id) {
    const firstBadId = last.event_id + 1;
    return { firstBadId, reason: `row ${firstBadId} is missing: ${head.event_id} were written` };
  }
  if (last.event_id > head.event_id) {
    const firstBadId = head.event_id + 1;
    return { firstBadId, reason: `row ${firstBadId} was inserted after the last one written` };
  }
  return { firstBadId: last.event_id, reason: "its hash is not the one recorded as the last" };
}

/** Undefined when the stored text is not what the store would have written. */
function contentHash(row: StoredRow): string | undefined {
  if (row.is_json === 0) return undefined;
  const event = parseEventLoosely(row);
  return canonicalJson(event.content) === row.content
    ? hashAfter(row.previous_hash, auditContent(event))
    : undefined;
}

/** The type may be one that was never written: it still has a hash. */
function parseEventLoosely(row: StoredRow): AuditEvent {
  return { ...parseEvent({ ...row, type: "ticket_opened" }), type: row.type as AuditEvent["type"] };
}

function storedRows({ db }: StoreCall): IterableIterator<StoredRow> {
  return db
    .query<StoredRow, []>("SELECT *, json_valid(content) AS is_json FROM audit_events ORDER BY id")
    .iterate();
}

function countRows({ db }: StoreCall): number {
  return (
    db.query<{ rows: number }, []>("SELECT count(*) AS rows FROM audit_events").get()?.rows ?? 0
  );
}

/** The head's row can only be missing when someone has removed it; then nothing fits any more. */
function headOf({ db }: StoreCall): Head {
  const head = db.query<Head, []>("SELECT event_id, hash FROM audit_head").get();
  return head ?? { event_id: 0, hash: AUDIT_GENESIS };
}

function hashAfter(previousHash: string, content: string): string {
  return createHash("sha256").update(previousHash).update(content).digest("hex");
}
