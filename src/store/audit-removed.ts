// What a verification knows of contents that are not there any more: each must be one that goes by
// age, be told of by a later event, and be gone when one tells of it.
import type { Database } from "bun:sqlite";
import { z } from "zod";
import type { AuditEvent, AuditType } from "../domain/audit.ts";
import type { AuditProblem } from "./audit-rows.ts";
import type { ReadEvent } from "./audit-stored.ts";
import type { Bindings } from "./transaction.ts";

/** Long, and of no use to the story of a ticket but in full. None carries seals of other rows. */
export const COMPACTED_TYPES: readonly AuditType[] = [
  "session_briefed",
  "model_replied",
  "tool_result",
  "session_recorded",
];

/** First and last id of rows that follow each other. */
export type IdRange = readonly [first: number, last: number];

/** Of `audit_compacted`. */
const told = z.object({
  cutoffMs: z.int(),
  events: z.int(),
  ids: z.array(z.tuple([z.int(), z.int()])),
});

// A table of this connection alone, so that a long chain needs no memory.
const REMOVED = `
  CREATE TEMP TABLE IF NOT EXISTS removed_contents (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    ticket_id INTEGER,
    told_by INTEGER,
    cutoff_ms INTEGER
  );
  DELETE FROM removed_contents;`;

/** What was resolved stays so: it can be asked at any time after. */
const TOO_YOUNG = `
  SELECT removed.id, removed.told_by AS toldBy FROM removed_contents AS removed
    LEFT JOIN tickets AS ticket ON ticket.id = removed.ticket_id
  WHERE (removed.at_ms <= removed.cutoff_ms AND ticket.state = 'resolved'
    AND ticket.resolved_at_ms <= removed.cutoff_ms) IS NOT TRUE
  ORDER BY removed.id LIMIT 1`;

/** Told of twice, both must be true. */
const TELL = `
  UPDATE removed_contents
  SET told_by = $toldBy, cutoff_ms = min(coalesce(cutoff_ms, $cutoffMs), $cutoffMs)
  WHERE id BETWEEN $first AND $last`;

export function startRememberingRemoved(db: Database): void {
  db.run(REMOVED);
}

/** In the order of the chain. */
export function rememberRemoved(
  db: Database,
  { event, form }: ReadEvent,
): AuditProblem | undefined {
  if (form === "compacted") return rememberOne(db, event);
  if (event.type !== "audit_compacted") return undefined;
  const telling = told.safeParse(event.content).data;
  if (!telling) return problemOf(event.id, "it does not tell what was removed");
  const { cutoffMs, events, ids } = telling;
  const counted = ids.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  if (counted !== events) return problemOf(event.id, "it tells of more or fewer than it counts");
  for (const range of ids) {
    const presentId = tellRemoved(db, { range, cutoffMs, toldBy: event.id });
    if (presentId !== undefined) {
      return problemOf(presentId, `its content is there, and event ${event.id} ${TELLS}`);
    }
  }
  return undefined;
}

function rememberOne(db: Database, event: AuditEvent): AuditProblem | undefined {
  const { id, atMs, type, ticketId } = event;
  if (!COMPACTED_TYPES.includes(type)) {
    return problemOf(id, "its content was removed, and of such a row it never is");
  }
  const insert = "INSERT INTO removed_contents (id, at_ms, ticket_id) VALUES (?, ?, ?)";
  db.query(insert).run(id, atMs, ticketId);
  return undefined;
}

const TELLS = "tells that it was removed";

interface Telling {
  readonly range: IdRange;
  readonly cutoffMs: number;
  readonly toldBy: number;
}

/** The first of them whose content is there. */
function tellRemoved(db: Database, { range: [first, last], ...told }: Telling): number | undefined {
  const { changes } = db.query<void, Bindings>(TELL).run({ first, last, ...told });
  if (changes === last - first + 1) return undefined;
  const isRemoved = db.query("SELECT 1 FROM removed_contents WHERE id = ?");
  let id = first;
  while (id < last && isRemoved.get(id) !== null) id += 1;
  return id;
}

/** Of tickets that are as they were told: one that is not is the first to be named. */
export function earlyRemoval(db: Database): AuditProblem | undefined {
  const young = db.query<{ id: number; toldBy: number }, []>(TOO_YOUNG).get();
  if (!young) return undefined;
  const reason = `its ticket was not over for so long, and event ${young.toldBy} ${TELLS}`;
  return problemOf(young.id, reason);
}

/** At the end of the chain. */
export function untoldRemoval(db: Database): AuditProblem | undefined {
  const [id] = numbersOf(db, "SELECT min(id) FROM removed_contents WHERE told_by IS NULL");
  return id === undefined
    ? undefined
    : problemOf(id, "its content was removed, and no event tells of it");
}

export function countRemoved(db: Database): number {
  return numbersOf(db, "SELECT count(*) FROM removed_contents")[0] ?? 0;
}

function numbersOf(db: Database, sql: string): readonly number[] {
  const rows = db.query<Record<string, number | null>, []>(sql).values();
  return rows.flat().filter((value) => typeof value === "number");
}

function problemOf(id: number, reason: string): AuditProblem {
  return { row: `event ${id}`, firstBadId: id, reason };
}
