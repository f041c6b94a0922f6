// The tables, indexes and checks themselves: another text of one of them would show other rows, or
// change them behind the store's back.
import { Database } from "bun:sqlite";
import type { AuditProblem } from "./audit-rows.ts";
import { migrate } from "./migrations.ts";

interface SchemaEntry {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string | null;
}

/** The same for all files: made once. */
let freshEntries: readonly SchemaEntry[] | undefined;

export function schemaProblem(db: Database): AuditProblem | undefined {
  freshEntries ??= entriesOfFresh();
  const expected = freshEntries;
  const found = entriesOf(db);
  const wrong = expected.find((entry) => !found.some((other) => isSame(entry, other)));
  if (wrong) return problemWith(wrong, "it is missing, or was changed");
  const added = found.find((entry) => !expected.some((other) => isSame(entry, other)));
  return added && problemWith(added, "it was added");
}

function problemWith({ type, name }: SchemaEntry, reason: string): AuditProblem {
  return { row: `${type} ${name}`, firstBadId: null, reason };
}

function entriesOfFresh(): readonly SchemaEntry[] {
  using fresh = new Database(":memory:");
  migrate(fresh);
  return entriesOf(fresh);
}

/** Without what SQLite keeps for itself: statistics. Indexes that it makes by itself are ours. */
function entriesOf(db: Database): readonly SchemaEntry[] {
  return db
    .query<SchemaEntry, []>(
      `SELECT type, name, tbl_name, sql FROM main.sqlite_schema
      WHERE name NOT LIKE 'sqlite!_stat%' ESCAPE '!'`,
    )
    .all();
}

function isSame(left: SchemaEntry, right: SchemaEntry): boolean {
  return (
    left.type === right.type &&
    left.name === right.name &&
    left.tbl_name === right.tbl_name &&
    left.sql === right.sql
  );
}
