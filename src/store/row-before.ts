// What a row was before we changed it. Whoever seals a row anew vouches for all of it: what
// somebody altered past the store since it was written is found here, and stays on record.
import type { Database } from "bun:sqlite";
import {
  nameOf,
  SEALED_TABLES,
  type SealedRow,
  type StoredColumns,
  sealOf,
  toldSealOf,
} from "./audit-seals.ts";
import { lastTold, rememberTold, type Telling } from "./told-rows.ts";
import type { StoreCall } from "./transaction.ts";

/** Of this connection alone: tables of its own, and triggers that nobody else has. */
export function keepRowsBefore(db: Database): void {
  rememberTold(db);
  for (const table of SEALED_TABLES) {
    db.run(`CREATE TEMP TABLE before_${table} AS SELECT * FROM ${table} WHERE 0`);
    db.run(`CREATE UNIQUE INDEX temp.before_${table}_by_id ON before_${table} (id)`);
    db.run(`CREATE TEMP TRIGGER keep_${table} BEFORE UPDATE ON ${table}
      WHEN NEW.seal IS OLD.seal AND NOT EXISTS (SELECT 1 FROM before_${table} WHERE id = OLD.id)
      BEGIN INSERT INTO before_${table} SELECT * FROM ${table} WHERE id = OLD.id; END`);
  }
}

/** As it was when it was sealed last; undefined of a new one. The next change begins anew. */
export function takeBefore(db: Database, { table, id }: SealedRow): StoredColumns | undefined {
  const kept = `FROM temp.before_${table} WHERE id = ?`;
  const columns = db.query<StoredColumns, [number | string]>(`SELECT * ${kept}`).get(id);
  db.query(`DELETE ${kept}`).run(id);
  return columns ?? undefined;
}

/** How it shows that a row is not as it was written; undefined of one that is. */
export function alterationOf(
  call: StoreCall,
  { row, columns }: { readonly row: SealedRow; readonly columns: StoredColumns },
): string | undefined {
  const { table } = row;
  if (sealOf(table, columns) !== columns.seal) return "its content did not give its seal";
  const told = lastTold(call, { name: nameOf(row), ...whereTold(row, columns) });
  if (told === undefined || toldSealOf(table, columns) === told.seal) return undefined;
  return `it was not what event ${told.eventId} had made of it`;
}

/** The same of a row as it stands. */
export function alterationNow(call: StoreCall, row: SealedRow): string | undefined {
  const query = `SELECT * FROM ${row.table} WHERE id = ?`;
  const columns = call.db.query<StoredColumns, [number | string]>(query).get(row.id);
  return columns === null ? undefined : alterationOf(call, { row, columns });
}

/** By the events of its ticket, or of who held the approval. */
function whereTold(
  { table, id }: SealedRow,
  columns: StoredColumns,
): Pick<Telling, "column" | "value"> {
  const { ticket_id = null, session_id = null, holder_id } = columns;
  if (table === "tickets") return { column: "ticket_id", value: id };
  if (table === "approvals") return { column: "session_id", value: holder_id ?? session_id };
  return { column: "ticket_id", value: ticket_id };
}
