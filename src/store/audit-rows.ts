// The second half of a verification: what the chain tells of rows that change, and whether each of
// them still is what was told.
import type { Database } from "bun:sqlite";
import type { AuditEvent } from "../domain/audit.ts";
import { nameOf, type SealedTable, type StoredColumns, sealOf, toldSealOf } from "./audit-seals.ts";

export interface AuditProblem {
  /** For people: `event 5`, `ticket 3`, `session 0mwr…`, `step 4`, `approval 2`, `head`. */
  readonly row: string;
  /** Of an event; null where the row is none. */
  readonly firstBadId: number | null;
  readonly reason: string;
}

const WORDS: Readonly<Record<SealedTable, string>> = {
  tickets: "ticket",
  sessions: "session",
  journal: "step",
  approvals: "approval",
};

/** What was made good since, or vouched for unknowingly, is no less altered. */
export function alteredBefore({ id, type, content }: AuditEvent): AuditProblem | undefined {
  const { row, reason } = content;
  if (type !== "row_found_altered" || typeof row !== "string") return undefined;
  const [table = "", ...name] = row.split(" ");
  const word = table in WORDS ? WORDS[table as SealedTable] : table;
  const found = `${reason}, when it was next changed (event ${id})`;
  return { row: `${word} ${name.join(" ")}`, firstBadId: null, reason: found };
}

// A table of this connection alone, so that a long chain needs no memory. `is_old`: its first event
// is of a version that told no seals.
const TOLD = `
  CREATE TEMP TABLE IF NOT EXISTS told_rows (
    name TEXT PRIMARY KEY,
    table_name TEXT NOT NULL,
    first_event INTEGER NOT NULL,
    last_event INTEGER NOT NULL,
    told_seal TEXT,
    is_old INTEGER NOT NULL
  ) WITHOUT ROWID;
  DELETE FROM told_rows;`;

const REMEMBER = `
  INSERT INTO told_rows VALUES ($name, $table, $eventId, $eventId, $seal, $isOld)
  ON CONFLICT (name) DO UPDATE SET last_event = $eventId, told_seal = $seal`;

export function startRemembering(db: Database): void {
  db.run(TOLD);
}

/** In the order of the chain. */
export function rememberTold(db: Database, event: AuditEvent): void {
  const { rows } = event.content;
  if (rows === undefined) rememberOld(db, event);
  for (const [name, seal] of Object.entries(rows ?? {})) {
    const [table = ""] = name.split(" ");
    const told = typeof seal === "string" ? seal : null;
    db.query(REMEMBER).run({ name, table, eventId: event.id, seal: told, isOld: 0 });
  }
}

/** Events of the first version name what they are about, but not what it came to. */
function rememberOld(db: Database, { id, type, ticketId, sessionId, content }: AuditEvent): void {
  const about = {
    ticket_opened: { table: "tickets", id: ticketId },
    session_started: { table: "sessions", id: sessionId },
    approval_requested: { table: "approvals", id: content.approvalId },
  } as const;
  const row = type in about ? about[type as keyof typeof about] : undefined;
  if (typeof row?.id !== "number" && typeof row?.id !== "string") return;
  const name = nameOf({ table: row.table, id: row.id });
  db.query(REMEMBER).run({ name, table: row.table, eventId: id, seal: null, isOld: 1 });
}

/** Tickets first, then sessions, steps, approvals; each in its order. */
export function firstBadRow(db: Database): AuditProblem | undefined {
  for (const table of ["tickets", "sessions", "journal", "approvals"] as const) {
    const problem = badRowIn(db, table) ?? missingRowOf(db, table);
    if (problem) return problem;
  }
  return undefined;
}

interface ToldColumns {
  readonly told_first: number | null;
  readonly told_last: number | null;
  readonly told_seal: string | null;
}

function badRowIn(db: Database, table: SealedTable): AuditProblem | undefined {
  const rows = db
    .query<StoredColumns & ToldColumns, []>(
      `SELECT stored.*, first_event AS told_first, last_event AS told_last, told_seal
      FROM ${table} AS stored LEFT JOIN told_rows ON name = '${table} ' || stored.id
      ORDER BY stored.rowid`,
    )
    .iterate();
  let before = 0;
  for (const { told_first, told_last, told_seal, ...columns } of rows) {
    const told = { told_first, told_last, told_seal };
    const reason = wrongWith(db, { table, columns, told, before });
    if (reason) return { row: `${WORDS[table]} ${columns.id}`, firstBadId: null, reason };
    before = told_first ?? before;
  }
  return undefined;
}

interface RowCase {
  readonly table: SealedTable;
  readonly columns: StoredColumns;
  readonly told: ToldColumns;
  /** The event that first told of the row before this one. */
  readonly before: number;
}

function wrongWith(db: Database, { table, columns, told, before }: RowCase): string | undefined {
  const { told_first: first, told_last: last, told_seal: seal } = told;
  if (sealOf(table, columns) !== columns.seal) return "its content does not give its seal";
  if (first === null) {
    return isOfOldSession(db, table, columns) ? undefined : "it was inserted: no event tells of it";
  }
  if (seal !== null && toldSealOf(table, columns) !== seal) {
    return `it is not what event ${last} made of it`;
  }
  // Sessions are read in the order of their insertion, which no column of theirs holds.
  return first < before ? "it stands in another order than it was written in" : undefined;
}

/** Steps had no events in the first version. */
function isOfOldSession(db: Database, table: SealedTable, { session_id }: StoredColumns): boolean {
  if (table !== "journal") return false;
  const query = db.query<{ is_old: number }, [string]>(
    "SELECT is_old FROM told_rows WHERE name = ?",
  );
  return query.get(`sessions ${session_id}`)?.is_old === 1;
}

function missingRowOf(db: Database, table: SealedTable): AuditProblem | undefined {
  const missing = db
    .query<{ name: string; last_event: number }, [string]>(
      `SELECT name, last_event FROM told_rows
      WHERE table_name = ? AND name NOT IN (SELECT '${table} ' || id FROM ${table})
      ORDER BY first_event LIMIT 1`,
    )
    .get(table);
  if (!missing) return undefined;
  const row = `${WORDS[table]} ${missing.name.slice(table.length + 1)}`;
  return {
    row,
    firstBadId: null,
    reason: `it is missing: event ${missing.last_event} tells of it`,
  };
}
