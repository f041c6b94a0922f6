// Which tickets were open beside one. Asked of the order of the audit's rows, as stamps are of a
// clock that may have been set in between.
import type { BesideTicket, Ticket } from "../domain/ticket.ts";
import { parseTicket } from "./rows.ts";
import type { Bindings, StoreCall } from "./transaction.ts";

// Of each ticket before it no more than an index is read, unless it has a row that is late enough;
// and of that, what belongs to a session that has ended says nothing.
const BESIDE = `
  SELECT * FROM tickets WHERE id IN (
    SELECT id FROM tickets WHERE subject = $subject AND id < $ticketId AND (state <> 'resolved'
      OR (SELECT max(id) FROM audit_events WHERE ticket_id = tickets.id) >= $fromRow
        AND (SELECT max(id) FROM audit_events WHERE ticket_id = tickets.id
          AND type = 'ticket_moved') >= $fromRow)
    UNION ALL
    SELECT id FROM tickets WHERE subject = $subject AND id > $ticketId AND id <= $lastId)
  ORDER BY id DESC LIMIT $limit`;

interface Asked extends BesideTicket {
  readonly limit: number;
}

/** Newest first; none of a ticket that is not there. */
export function ticketsBeside(call: StoreCall, asked: Asked): readonly Ticket[] {
  const { ticketId, limit } = asked;
  const row = call.db.query("SELECT * FROM tickets WHERE id = ?").get(ticketId);
  if (row === null) return [];
  const ticket = parseTicket(row);
  const { subject } = ticket;
  const fromRow = fromRowOf(call, { ...asked, ticket });
  return call.db
    .query<unknown, Bindings>(BESIDE)
    .all({ subject, ticketId, fromRow, lastId: lastIdBeside(call, ticket), limit })
    .map(parseTicket);
}

/** What ended before that row was over before it. */
function fromRowOf(
  { db }: StoreCall,
  { ticket, beforeMs }: Asked & { readonly ticket: Ticket },
): number {
  const { id, violatedSinceMs, openedAtMs } = ticket;
  const opened = db
    .query<{ row: number | null }, [number]>(
      "SELECT min(id) AS row FROM audit_events WHERE ticket_id = ?",
    )
    .get(id);
  const openedRow = opened?.row ?? 0;
  if (beforeMs === 0) return openedRow;
  // Back to the first row that is stamped earlier; or later, by a clock that was set back then.
  const before = db
    .query<{ row: number | null }, Bindings>(
      `SELECT max(id) AS row FROM audit_events
      WHERE id < $openedRow AND at_ms NOT BETWEEN $sinceMs AND $openedAtMs`,
    )
    .get({ openedRow, sinceMs: violatedSinceMs - beforeMs, openedAtMs });
  return (before?.row ?? 0) + 1;
}

/** Ids are given in the order of opening. */
function lastIdBeside({ db }: StoreCall, { id, state }: Ticket): number {
  if (state !== "resolved") return Number.MAX_SAFE_INTEGER;
  const last = db
    .query<{ id: number }, [number]>(
      `SELECT ticket_id AS id FROM audit_events WHERE type = 'ticket_opened' AND id <
        (SELECT max(id) FROM audit_events WHERE ticket_id = ? AND type = 'ticket_moved')
      ORDER BY audit_events.id DESC LIMIT 1`,
    )
    .get(id);
  return last?.id ?? id;
}
