// The events of one session, each as it was written: whoever plays them again may trust them.
import type { AuditEvent, CheckedEvents, MisfitRow } from "../domain/audit.ts";
import { canonicalJson } from "../domain/json.ts";
import { type Head, headOf } from "./audit-chain.ts";
import { readStored, STORED_COLUMNS, type StoredEvent } from "./audit-stored.ts";
import type { StoreCall } from "./transaction.ts";

/** From the first row of the session on, the chain is held against its hashes, to its head. */
export function checkedEventsOf(call: StoreCall, sessionId: string): CheckedEvents {
  const events: AuditEvent[] = [];
  const chain = new ChainCheck({ isGapless: true });
  for (const row of rowsSince(call, sessionId)) {
    const read = chain.read(row);
    if ("reason" in read) return read;
    if (read.sessionId === sessionId) events.push(read);
  }
  return chain.misfitAtEnd(headOf(call)) ?? { events };
}

/** Of an export, which need not hold the rows between: each by its own hash, in their order. */
export function misfitIn(
  events: readonly AuditEvent[],
  { isGapless }: { readonly isGapless: boolean },
): MisfitRow | undefined {
  const chain = new ChainCheck({ isGapless });
  for (const event of events) {
    const read = chain.read(asStored(event));
    if ("reason" in read) return read;
  }
  return undefined;
}

class ChainCheck {
  #last: Head | undefined;
  readonly #isGapless: boolean;

  constructor({ isGapless }: { readonly isGapless: boolean }) {
    this.#isGapless = isGapless;
  }

  read(row: StoredEvent): AuditEvent | MisfitRow {
    const misfit = this.#misfitOf(row);
    if (misfit) return misfit;
    const read = readStored(row);
    if (!read) return { row: row.id, reason: "what it holds does not give its hash" };
    this.#last = { event_id: row.id, hash: row.hash };
    return read.event;
  }

  misfitAtEnd({ event_id, hash }: Head): MisfitRow | undefined {
    if (!this.#last || (this.#last.event_id === event_id && this.#last.hash === hash)) {
      return undefined;
    }
    const row = this.#last.event_id + 1;
    return { row, reason: "where the chain ends is not where its head says" };
  }

  #misfitOf({ id, previous_hash }: StoredEvent): MisfitRow | undefined {
    if (!this.#last) return undefined;
    const expectedId = this.#last.event_id + 1;
    if (id < expectedId) return { row: id, reason: "it stands behind a later row" };
    if (id > expectedId) {
      return this.#isGapless ? { row: expectedId, reason: "it is missing" } : undefined;
    }
    if (previous_hash === this.#last.hash) return undefined;
    return { row: id, reason: "its previous hash is not the hash of the row before" };
  }
}

function rowsSince({ db }: StoreCall, sessionId: string): IterableIterator<StoredEvent> {
  return db
    .query<StoredEvent, [string]>(
      `SELECT ${STORED_COLUMNS} FROM audit_events
      WHERE id >= (SELECT min(id) FROM audit_events WHERE session_id = ?) ORDER BY id`,
    )
    .iterate(sessionId);
}

function asStored(event: AuditEvent): StoredEvent {
  const { id, type, hash } = event;
  return {
    ...{ id, type, hash, is_json: 1 },
    at_ms: event.atMs,
    ticket_id: event.ticketId,
    session_id: event.sessionId,
    content: canonicalJson(event.content),
    previous_hash: event.previousHash,
  };
}
