// Whether anything of one ticket looks altered: quick, and no proof. A page asks it before it
// quotes the ticket; what looks altered is then verified in full.
import { headOf } from "./audit-chain.ts";
import { type SealedTable, type StoredColumns, sealOf, toldSealOf } from "./audit-seals.ts";
import { readStored, STORED_COLUMNS, type StoredEvent } from "./audit-stored.ts";
import type { StoreCall } from "./transaction.ts";

const ROWS: Readonly<Record<SealedTable, string>> = {
  tickets: "SELECT * FROM tickets WHERE id = $ticketId",
  sessions: "SELECT * FROM sessions WHERE ticket_id = $ticketId ORDER BY rowid",
  journal: "SELECT * FROM journal WHERE ticket_id = $ticketId ORDER BY id",
  approvals: `SELECT * FROM approvals WHERE ticket_id = $ticketId
    OR session_id IN (SELECT id FROM sessions WHERE ticket_id = $ticketId) ORDER BY id`,
};

/**
 * An event that does not give its hash, is gone, or counts for another ticket; a row that does not
 * give its seal, is not what the ticket's events made of it, is gone, or is not in its place.
 */
export function looksAltered(call: StoreCall, ticketId: number): boolean {
  const told = toldBy(call, ticketId);
  if (!told) return true;
  const missing = new Set(told.keys());
  for (const table of ["tickets", "sessions", "journal", "approvals"] as const) {
    const query = call.db.query<StoredColumns, { ticketId: number }>(ROWS[table]);
    const names: string[] = [];
    for (const columns of query.all({ ticketId })) {
      if (sealOf(table, columns) !== columns.seal) return true;
      const name = `${table} ${columns.id}`;
      const seal = told.get(name);
      if (typeof seal === "string" && toldSealOf(table, columns) !== seal) return true;
      missing.delete(name);
      names.push(name);
    }
    const inOrder = [...told.keys()].filter((name) => names.includes(name));
    if (inOrder.join() !== names.filter((name) => told.has(name)).join()) return true;
  }
  return missing.size > 0;
}

/** The seals that its events tell, by row, in the order of the first. Undefined: one is odd. */
function toldBy(call: StoreCall, ticketId: number): ReadonlyMap<string, unknown> | undefined {
  const { db } = call;
  const told = new Map<string, unknown>();
  const [firstId, lastId] = [idAt(db, "min", ticketId), idAt(db, "max", ticketId)];
  // With the next one: what came last may be gone, too.
  const endId = Math.min(lastId + 1, headOf(call).event_id);
  const between = "SELECT count(*) AS count FROM audit_events WHERE id BETWEEN ? AND ?";
  if (countOf(call, between, [firstId, endId]) !== endId - firstId + 1) return undefined;
  const strayed = `SELECT count(*) AS count FROM audit_events WHERE ticket_id IS NOT ?
    AND session_id IN (SELECT id FROM sessions WHERE ticket_id = ?)`;
  if (countOf(call, strayed, [ticketId, ticketId]) > 0) return undefined;
  const events = `SELECT ${STORED_COLUMNS} FROM audit_events WHERE ticket_id = ? ORDER BY id`;
  for (const row of db.query<StoredEvent, [number]>(events).iterate(ticketId)) {
    const read = readStored(row);
    if (!read || (row.id === firstId && read.event.type !== "ticket_opened")) return undefined;
    if (read.event.type === "row_found_altered") return undefined;
    const { rows } = read.event.content;
    for (const [name, seal] of Object.entries(rows ?? {})) told.set(name, seal);
  }
  return told;
}

function countOf({ db }: StoreCall, query: string, values: readonly number[]): number {
  return db.query<{ count: number }, number[]>(query).get(...values)?.count ?? 0;
}

function idAt(db: StoreCall["db"], which: "min" | "max", ticketId: number): number {
  const query = `SELECT ${which}(id) AS id FROM audit_events WHERE ticket_id = ?`;
  return db.query<{ id: number | null }, [number]>(query).get(ticketId)?.id ?? 0;
}
