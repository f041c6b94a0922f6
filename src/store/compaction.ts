// Retention: what sessions of tickets long resolved said and saw is taken out of the audit, which
// keeps its hash, so that the chain is as it was. In short transactions, each with one event that
// tells of them: others work on beside it, and a crash leaves the last one whole.
import { compactedContent } from "../domain/audit.ts";
import { OperatorError } from "../domain/errors.ts";
import { canonicalJson } from "../domain/json.ts";
import type { Compaction, CompactionRequest, Shrinking } from "../domain/ticket-ops.ts";
import { appendEvent, sha256 } from "./audit-chain.ts";
import { COMPACTED_TYPES, type IdRange } from "./audit-removed.ts";
import { readStored, STORED_COLUMNS, type StoredEvent } from "./audit-stored.ts";
import type { Bindings, StoreCall } from "./transaction.ts";

/** In one transaction: some ten milliseconds, far below the time that others wait for a lock. */
const EVENTS_MAX = 200;
const BYTES_MAX = 4_194_304;
const PAGES_MAX = 500;
/** Of what stands in place of a content: what is no longer than that stays. */
const MARK_BYTES = canonicalJson(compactedContent(sha256(""))).length;

const OLD_EVENTS = `
  FROM audit_events AS event CROSS JOIN tickets AS ticket ON ticket.id = event.ticket_id
  WHERE event.type IN (${COMPACTED_TYPES.map((type) => `'${type}'`).join(", ")})
    AND event.at_ms <= $cutoffMs AND octet_length(event.content) > ${MARK_BYTES}
    AND ticket.state = 'resolved' AND ticket.resolved_at_ms <= $cutoffMs`;

export interface Removal {
  readonly cutoffMs: number;
  readonly ids: readonly number[];
}

/** Ids in their order: as many as one transaction may remove. */
export function findOldEvents({ db }: StoreCall, request: CompactionRequest): readonly number[] {
  const { cutoffMs, afterId } = request;
  const found = db
    .query<{ id: number; bytes: number }, Bindings>(
      `SELECT event.id, octet_length(event.content) AS bytes ${OLD_EVENTS}
        AND event.id > $afterId ORDER BY event.id LIMIT ${EVENTS_MAX}`,
    )
    .all({ cutoffMs, afterId });
  let bytes = 0;
  const beyond = found.findIndex((event, index) => {
    bytes += event.bytes;
    return index > 0 && bytes > BYTES_MAX;
  });
  return (beyond === -1 ? found : found.slice(0, beyond)).map(({ id }) => id);
}

/** What `removeContents` would do. */
export function planRemoval(call: StoreCall, request: CompactionRequest): Compaction {
  const removal = { ...request, ids: findOldEvents(call, request) };
  return compactionOf(removal, readOldEvents(call, removal));
}

/** Throws code "conflict" at an event that is not as it was written; then nothing has changed. */
export function removeContents(call: StoreCall, removal: Removal): Compaction {
  const read = readOldEvents(call, removal);
  const compaction = compactionOf(removal, read);
  if (read.whole.length === 0) return compaction;
  const update = call.db.query("UPDATE audit_events SET content = ? WHERE id = ?");
  for (const { id, content } of read.whole) {
    update.run(canonicalJson(compactedContent(sha256(content))), id);
  }
  const { cutoffMs } = removal;
  const { events, bytes } = compaction;
  const ids = rangesOf(read.whole.map(({ id }) => id)).map((range) => [...range]);
  const content = { cutoffMs, events, bytes, ids };
  appendEvent(call, { type: "audit_compacted", ticketId: null, sessionId: null, content });
  return compaction;
}

interface OldEvents {
  readonly whole: readonly StoredEvent[];
  readonly kept: number;
}

/** Those that are still there: another process may have been quicker. */
function readOldEvents({ db }: StoreCall, { cutoffMs, ids }: Removal): OldEvents {
  const query = db.query<StoredEvent, Bindings>(
    `SELECT ${STORED_COLUMNS} FROM (SELECT event.* ${OLD_EVENTS} AND event.id = $id)`,
  );
  const rows = ids.flatMap((id) => query.get({ cutoffMs, id }) ?? []);
  const forms = rows.map((row) => ({ row, form: readStored(row)?.form }));
  const altered = forms.find(({ form }) => form === undefined);
  if (altered) throw alteredEvent(altered.row);
  const whole = forms.filter(({ form }) => form === "whole").map(({ row }) => row);
  return { whole, kept: forms.filter(({ form }) => form === "old").length };
}

function alteredEvent({ id }: StoredEvent): OperatorError {
  const message = `event ${id} is not as it was written: nothing is removed from such an audit`;
  return new OperatorError("conflict", message, { hint: "operator audit verify" });
}

function compactionOf({ ids }: Removal, { whole, kept }: OldEvents): Compaction {
  const sizes = whole.map(({ content }) => Buffer.byteLength(content) - MARK_BYTES);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return { lastId: ids.at(-1), events: whole.length, bytes, kept };
}

function rangesOf(ids: readonly number[]): readonly IdRange[] {
  const ranges: [first: number, last: number][] = [];
  for (const id of ids) {
    const range = ranges.at(-1);
    if (range?.[1] === id - 1) range[1] = id;
    else ranges.push([id, id]);
  }
  return ranges;
}

/** What `PRAGMA auto_vacuum` answers for a file that gives pages back when it is told to. */
const INCREMENTAL = 2;

export function shrinkFile({ db }: StoreCall): Shrinking {
  const canShrink = pragmaOf(db, "auto_vacuum") === INCREMENTAL;
  if (canShrink) db.query(`PRAGMA incremental_vacuum(${PAGES_MAX})`).all();
  return { freePages: pragmaOf(db, "freelist_count"), canShrink };
}

function pragmaOf(db: StoreCall["db"], name: "auto_vacuum" | "freelist_count"): number {
  return db.query<Record<string, number>, []>(`PRAGMA ${name}`).get()?.[name] ?? 0;
}
