// Whether everything is as the store wrote it: the chain from its first row to its head, then each
// ticket, session, step and approval beside the last event that tells of it. Stops at the first row
// that is not.
import { AUDIT_GENESIS } from "../domain/audit.ts";
import { messageOf } from "../domain/errors.ts";
import type { AuditVerification } from "../domain/ticket-ops.ts";
import { type Head, headOf } from "./audit-chain.ts";
import {
  countRemoved,
  earlyRemoval,
  rememberRemoved,
  startRememberingRemoved,
  untoldRemoval,
} from "./audit-removed.ts";
import {
  type AuditProblem,
  alteredBefore,
  firstBadRow,
  rememberTold,
  startRemembering,
} from "./audit-rows.ts";
import { schemaProblem } from "./audit-schema.ts";
import { readStored, STORED_COLUMNS, type StoredEvent } from "./audit-stored.ts";
import { walProblem } from "./audit-wal.ts";
import { isDamage } from "./database-error.ts";
import { copyBelowLog } from "./file-below-log.ts";
import { looksAltered } from "./ticket-look.ts";
import type { StoreCall } from "./transaction.ts";
import { type BytesFound, isFile, lookAtBytes } from "./unused-bytes.ts";

/** In constant memory, whatever the length of the chain. A file that is damaged is broken. */
export function verifyAudit(call: StoreCall, ticketId?: number): AuditVerification {
  if (ticketId !== undefined && !mayBeAltered(call, ticketId)) {
    // A page of one ticket does not wait for all of a long chain.
    const notes = [`of ticket ${ticketId} alone`];
    return { state: "intact", rows: 0, compacted: 0, head: headOf(call).hash, notes };
  }
  const found = verifyRead(call);
  return found.state === "broken" || !isFile(call.db) ? found : withBelowLog(call, found);
}

/** What the log has instead of it is right by now. */
function withBelowLog(call: StoreCall, found: Intact): AuditVerification {
  const reading: Reading = { row: "the file" };
  const below = unlessDamaged(reading, () => {
    using copy = copyBelowLog(call.db.filename);
    return copy && verifyRows({ ...call, db: copy }, reading);
  });
  if (below === undefined) return found;
  if (below.state === "broken") {
    return { ...below, reason: `${below.reason} (in the file, below its log)` };
  }
  return { ...found, notes: [...new Set([...found.notes, ...below.notes])] };
}

function verifyRead(call: StoreCall): AuditVerification {
  const reading: Reading = { row: "the file" };
  return unlessDamaged(reading, () => verifyRows(call, reading));
}

function unlessDamaged<T>(reading: Reading, verify: () => T): T | Broken {
  try {
    return verify();
  } catch (error) {
    // The answer, not a failure to give one: a byte was changed that rows are found by.
    if (!isDamage(error)) throw error;
    const reason = `it cannot be read: ${messageOf(error)}`;
    return { state: "broken", rows: 0, row: reading.row, firstBadId: null, reason };
  }
}

function mayBeAltered(call: StoreCall, ticketId: number): boolean {
  try {
    return looksAltered(call, ticketId);
  } catch (error) {
    if (isDamage(error)) return true;
    throw error;
  }
}

type Intact = Extract<AuditVerification, { state: "intact" }>;
type Broken = Extract<AuditVerification, { state: "broken" }>;

/** What is being read just now. */
interface Reading {
  row: string;
  /** The first row that was found altered when it was next changed. */
  altered?: AuditProblem;
}

function verifyRows(call: StoreCall, reading: Reading): AuditVerification {
  const outer = walProblem(call.db.filename) ?? schemaProblem(call.db);
  if (outer) return { state: "broken", rows: 0, ...outer };
  startRemembering(call.db);
  startRememberingRemoved(call.db);
  const { problem, notes } = contentLook(call, reading);
  const rows = countRows(call);
  if (problem) return { state: "broken", rows, ...problem };
  const compacted = countRemoved(call.db);
  return { state: "intact", rows, compacted, head: headOf(call).hash, notes };
}

/** From what is nearest to a row to what is farthest. */
function contentLook(call: StoreCall, reading: Reading): BytesFound {
  const inChain = chainProblem(call, reading);
  if (inChain) return { problem: inChain, notes: [] };
  reading.row = "the file";
  const problem =
    reading.altered ?? firstBadRow(call.db) ?? earlyRemoval(call.db) ?? fileProblem(call);
  return problem ? { problem, notes: [] } : lookAtBytes(call.db);
}

function chainProblem(call: StoreCall, reading: Reading): AuditProblem | undefined {
  let previous: Head = { event_id: 0, hash: AUDIT_GENESIS };
  reading.row = "event 1";
  for (const row of storedRows(call)) {
    const problem = linkProblem(row, previous) ?? contentProblem(call, row, reading);
    if (problem) return problem;
    previous = { event_id: row.id, hash: row.hash };
    reading.row = `event ${row.id + 1}`;
  }
  return headProblem(call, previous) ?? untoldRemoval(call.db);
}

function linkProblem(row: StoredEvent, previous: Head): AuditProblem | undefined {
  const expectedId = previous.event_id + 1;
  if (row.id !== expectedId) return eventProblem(expectedId, `row ${expectedId} is missing`);
  if (row.previous_hash === previous.hash) return undefined;
  return eventProblem(row.id, "its previous hash is not the hash of the row before");
}

function contentProblem(
  { db }: StoreCall,
  row: StoredEvent,
  reading: Reading,
): AuditProblem | undefined {
  const read = readStored(row);
  if (!read) return eventProblem(row.id, "its content does not give its hash");
  const altered = alteredBefore(read.event);
  if (altered) reading.altered ??= altered;
  rememberTold(db, read.event);
  return rememberRemoved(db, read);
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

/** Every row is right by now; what finds them must be, too. */
function fileProblem({ db }: StoreCall): AuditProblem | undefined {
  const found = db.query<{ integrity_check: string }, []>("PRAGMA integrity_check(1)").get();
  const said = found?.integrity_check ?? "no answer";
  return said === "ok" ? undefined : { row: "the file", firstBadId: null, reason: said };
}

function storedRows({ db }: StoreCall): IterableIterator<StoredEvent> {
  return db
    .query<StoredEvent, []>(`SELECT ${STORED_COLUMNS} FROM audit_events ORDER BY id`)
    .iterate();
}

function countRows({ db }: StoreCall): number {
  return (
    db.query<{ rows: number }, []>("SELECT count(*) AS rows FROM audit_events").get()?.rows ?? 0
  );
}
