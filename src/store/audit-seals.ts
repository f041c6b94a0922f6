// Rows that change cannot stand in the chain themselves. Each carries a seal of all its columns,
// and each event that changed one carries what the row came to: a byte that was changed later fits
// neither.
import type { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import { assert } from "../domain/errors.ts";

export type SealedTable = "tickets" | "sessions" | "journal" | "approvals";

export interface SealedRow {
  readonly table: SealedTable;
  readonly id: number | string;
}

/** A row with every column that is stored, as it is stored. */
export type StoredColumns = Readonly<Record<string, string | number | null>>;

export const SEALED_TABLES: readonly SealedTable[] = [
  "tickets",
  "sessions",
  "journal",
  "approvals",
];

/** Counted and renewed without an event while the row is live; fixed with its last event. */
const UNTOLD: Partial<Record<SealedTable, readonly string[]>> = {
  tickets: [
    "occurrences",
    "reason",
    "last_violated_at_ms",
    "updated_at_ms",
    "lease_expires_at_ms",
    "lease_ms",
  ],
  sessions: [
    "turns",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cost_usd",
  ],
};

/** Added by later migrations. Where they are NULL, as in rows of before, no seal covers them. */
const LATER: Partial<Record<SealedTable, readonly string[]>> = {
  tickets: ["lease_ms", "clear_ups_left"],
  sessions: ["purpose"],
  journal: ["precondition", "effects", "undo", "approval_id", "undoes", "has_changed"],
  approvals: ["holder_id", "effects", "undo", "seen", "state_hash", "note", "decided_by"],
};

/** Computed from the others, or over them. */
const UNSEALED = ["seal", "severity_rank"];

/** What now stands in the row is vouched for: asked of the audit alone, after every write. */
export function sealRow(db: Database, row: SealedRow): StoredColumns {
  const columns = readRow(db, row);
  const update = `UPDATE ${row.table} SET seal = ? WHERE id = ?`;
  db.query(update).run(sealOf(row.table, columns), row.id);
  return columns;
}

/** Of all columns: what stands in the row. */
export function sealOf(table: SealedTable, columns: StoredColumns): string {
  return hashOf(table, columns, UNSEALED);
}

/** Of all columns that change with an event alone: what stands in the event. */
export function toldSealOf(table: SealedTable, columns: StoredColumns): string {
  const untold = isSettled(table, columns) ? [] : (UNTOLD[table] ?? []);
  return hashOf(table, columns, [...UNSEALED, ...untold]);
}

/** `tickets 3`: the key of a seal in an event. */
export function nameOf({ table, id }: SealedRow): string {
  return `${table} ${id}`;
}

/** Part of a migration: rows of older versions get the seal of what they are now. */
export function sealEverything(db: Database): void {
  for (const table of SEALED_TABLES) {
    const update = db.query(`UPDATE ${table} SET seal = ? WHERE id = ?`);
    for (const columns of db.query<StoredColumns, []>(`SELECT * FROM ${table}`).all()) {
      update.run(sealOf(table, columns), columns.id ?? null);
    }
  }
}

function isSettled(table: SealedTable, columns: StoredColumns): boolean {
  if (table === "tickets") return columns.state === "resolved";
  return table !== "sessions" || columns.ended_at_ms !== null;
}

function readRow(db: Database, { table, id }: SealedRow): StoredColumns {
  const query = db.query<StoredColumns, [number | string]>(`SELECT * FROM ${table} WHERE id = ?`);
  const columns = query.get(id);
  assert(columns !== null, "a row that is sealed is there");
  return columns;
}

/** Over the values in the order of the table's columns. */
function hashOf(table: SealedTable, columns: StoredColumns, without: readonly string[]): string {
  const values: (string | number | null)[] = [table];
  const later = LATER[table] ?? [];
  for (const name in columns) {
    const value = columns[name] ?? null;
    if (without.includes(name) || (value === null && later.includes(name))) continue;
    if (later.includes(name)) values.push(name);
    values.push(value);
  }
  return createHash("sha256").update(JSON.stringify(values)).digest("hex");
}
