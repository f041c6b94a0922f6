// The audit: appended in the transaction of what it tells, each row chained to the one before by
// its hash. The head is kept beside the rows, so that even a missing last row is found.
import { createHash } from "node:crypto";
import {
  AUDIT_GENESIS,
  type AuditEvent,
  type AuditFacts,
  type AuditInput,
  auditText,
  type EventFilter,
} from "../domain/audit.ts";
import { assert } from "../domain/errors.ts";
import { canonicalJson } from "../domain/json.ts";
import { nameOf, type SealedRow, type StoredColumns, sealRow, toldSealOf } from "./audit-seals.ts";
import { alterationOf, takeBefore } from "./row-before.ts";
import { parseEvent } from "./rows.ts";
import type { Bindings, StoreCall } from "./transaction.ts";

export interface Head {
  readonly event_id: number;
  readonly hash: string;
}

/** An event that changed rows, with what they came to. */
export function appendChange(
  call: StoreCall,
  input: AuditInput,
  rows: readonly SealedRow[],
): AuditEvent {
  const { ticketId } = input;
  const told = rows.map((row) => [nameOf(row), toldSealOf(row.table, seal(call, row, ticketId))]);
  const content = { ...input.content, rows: Object.fromEntries(told) };
  return appendEvent(call, { ...input, content });
}

/** After a write that no event tells of. */
export function sealAgain(call: StoreCall, row: SealedRow, ticketId: number): void {
  seal(call, row, ticketId);
}

/** What the row was before stays on record where somebody had altered it. */
function seal(call: StoreCall, row: SealedRow, ticketId: number | null): StoredColumns {
  const columns = takeBefore(call.db, row);
  const reason = columns && alterationOf(call, { row, columns });
  if (reason !== undefined) {
    const content = { row: nameOf(row), reason };
    appendEvent(call, { type: "row_found_altered", ticketId, sessionId: null, content });
  }
  return sealRow(call.db, row);
}

/** Only within a write transaction: the head that is read must still be the head at the insert. */
export function appendEvent(call: StoreCall, input: AuditInput): AuditEvent {
  assert(call.db.inTransaction, "an audit event is appended within a transaction");
  const head = headOf(call);
  const { type, ticketId, sessionId, content } = input;
  const facts = { id: head.event_id + 1, atMs: call.nowMs, type, ticketId, sessionId };
  const text = canonicalJson(content);
  const hash = chainedHash(facts, { previousHash: head.hash, contentHash: sha256(text) });
  const event: AuditEvent = { ...facts, content, previousHash: head.hash, hash };
  call.db
    .query(
      `INSERT INTO audit_events
        (id, at_ms, type, ticket_id, session_id, content, previous_hash, hash)
      VALUES ($id, $atMs, $type, $ticketId, $sessionId, $content, $previousHash, $hash)`,
    )
    .run({ ...event, content: text });
  call.db.query("UPDATE audit_head SET event_id = ?, hash = ?").run(event.id, hash);
  call.appended.push(type);
  return event;
}

export function eventsOf({ db }: StoreCall, filter: EventFilter): readonly AuditEvent[] {
  const { sessionId, ticketId, types, afterId = 0, limit = -1, isNewestFirst = false } = filter;
  const ofSession = sessionId === undefined ? "" : "AND session_id = $sessionId";
  const ofTicket = ticketId === undefined ? "" : "AND ticket_id = $ticketId";
  const ofTypes = types === undefined ? "" : `AND type IN (${types.map((type) => `'${type}'`)})`;
  return db
    .query<unknown, Bindings>(
      `SELECT * FROM audit_events WHERE id > $afterId ${ofSession} ${ofTicket} ${ofTypes}
      ORDER BY id ${isNewestFirst ? "DESC" : ""} LIMIT $limit`,
    )
    .all({ sessionId: sessionId ?? null, ticketId: ticketId ?? null, afterId, limit })
    .map(parseEvent);
}

/** The head's row can only be missing when someone has removed it; then nothing fits any more. */
export function headOf({ db }: StoreCall): Head {
  const head = db.query<Head, []>("SELECT event_id, hash FROM audit_head").get();
  return head ?? { event_id: 0, hash: AUDIT_GENESIS };
}

/** Of a row: all that is stored in it, and all rows before it. */
export function chainedHash(
  facts: AuditFacts,
  { previousHash, contentHash }: { readonly previousHash: string; readonly contentHash: string },
): string {
  return hashAfter(previousHash, auditText(facts, contentHash));
}

export function hashAfter(previousHash: string, text: string): string {
  return createHash("sha256").update(previousHash).update(text).digest("hex");
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
