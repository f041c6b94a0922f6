// Whether everything is as the store wrote it: the chain from its first row to its head, then each
// ticket, session, step and approval beside the last event that tells of it. Stops at the first row
// that is not.
import { AUDIT_GENESIS, type AuditEvent, auditContent } from "../domain/audit.ts";
import { messageOf } from "../domain/errors.ts";
import { canonicalJson } from "../domain/json.ts";
import type { AuditVerification } from "../domain/ticket-ops.ts";
import { type Head, hashAfter, headOf } from "./audit-chain.ts";
import { type AuditProblem, firstBadRow, rememberTold, startRemembering } from "./audit-rows.ts";
import { schemaProblem } from "./audit-schema.ts";
import { walProblem } from "./audit-wal.ts";
import { isDamage } from "./database-error.ts";
import { parseEvent } from "./rows.ts";
import type { StoreCall } from "./transaction.ts";

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

/** In constant memory, whatever the length of the chain. A file that is damaged is broken. */
export function verifyAudit(call: StoreCall): AuditVerification {
  const reading: Reading = { row: "the file" };
  try {
    return verifyRows(call, reading);
  } catch (error) {
    // The answer, not a failure to give one: a byte was changed that rows are found by.
    if (!isDamage(error)) throw error;
    const reason = `it cannot be read: ${messageOf(error)}`;
    return { state: "broken", rows: 0, row: reading.row, firstBadId: null, reason };
  }
}

/** What is being read just now. */
interface Reading {
  row: string;
}

function verifyRows(call: StoreCall, reading: Reading): AuditVerification {
  const outer = walProblem(call.db.filename) ?? schemaProblem(call.db);
  if (outer) return { state: "broken", rows: 0, ...outer };
  startRemembering(call.db);
  const problem = chainProblem(call, reading) ?? rowProblem(call, reading);
  const rows = countRows(call);
  if (problem) return { state: "broken", rows, ...problem };
  return { state: "intact", rows, head: headOf(call).hash };
}

function rowProblem(call: StoreCall, reading: Reading): AuditProblem | undefined {
  reading.row = "the file";
  return firstBadRow(call.db) ?? fileProblem(call);
}

function chainProblem(call: StoreCall, reading: Reading): AuditProblem | undefined {
  let previous: Head = { event_id: 0, hash: AUDIT_GENESIS };
  reading.row = "event 1";
  for (const row of storedRows(call)) {
    const problem = problemOf(row, previous);
    if (problem) return problem;
    rememberTold(call.db, parseLoosely(row));
    previous = { event_id: row.id, hash: row.hash };
    reading.row = `event ${row.id + 1}`;
  }
  return headProblem(call, previous);
}

function problemOf(row: StoredRow, previous: Head): AuditProblem | undefined {
  const expectedId = previous.event_id + 1;
  if (row.id !== expectedId) return eventProblem(expectedId, `row ${expectedId} is missing`);
  if (row.previous_hash !== previous.hash) {
    return eventProblem(row.id, "its previous hash is not the hash of the row before");
  }
  if (contentHash(row) !== row.hash) {
    return eventProblem(row.id, "its content does not give its hash");
  }
  return undefined;
}

/** All rows fit each other: is the last one that which was written last? */
function headProblem(call: StoreCall, last: Head): AuditProblem | undefined {
  const heads = call.db.query<Head & { only_row: number }, []>("SELECT * FROM audit_head").all();
  const [head] = heads;
  const { event_id: lastId } = last;
  const atHead = (reason: string) => ({ row: "head", firstBadId: lastId, reason });
  if (!head) return atHead("the record of the last row is missing");
  if (heads.length > 1 || head.only_row !== 1) return atHead("the record of the last row is odd");
  if (head.event_id === lastId && head.hash === last.hash) return undefined;
  if (head.event_id > lastId) {
    const missingId = lastId + 1;
    return eventProblem(missingId, `row ${missingId} is missing: ${head.event_id} were written`);
  }
  if (head.event_id === lastId) return atHead(`it does not hold the hash of row ${lastId}`);
  const insertedId = head.event_id + 1;
  return eventProblem(insertedId, `row ${insertedId} was inserted after the last one written`);
}

function eventProblem(id: number, reason: string): AuditProblem {
  return { row: `event ${id}`, firstBadId: id, reason };
}

/** Undefined when the stored text is not what the store would have written. */
function contentHash(row: StoredRow): string | undefined {
  if (row.is_json === 0) return undefined;
  const event = parseLoosely(row);
  return canonicalJson(event.content) === row.content
    ? hashAfter(row.previous_hash, auditContent(event))
    : undefined;
}

/** The type may be one that was never written: it still has a hash. */
function parseLoosely(row: StoredRow): AuditEvent {
  return { ...parseEvent({ ...row, type: "ticket_opened" }), type: row.type as AuditEvent["type"] };
}

/** Every row is right by now; what finds them must be, too. */
function fileProblem({ db }: StoreCall): AuditProblem | undefined {
  const found = db.query<{ integrity_check: string }, []>("PRAGMA integrity_check(1)").get();
  const said = found?.integrity_check ?? "no answer";
  return said === "ok" ? undefined : { row: "the file", firstBadId: null, reason: said };
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
