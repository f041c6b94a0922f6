// The tables, indexes and checks themselves: another text of one of them would show other rows, or
// change them behind the store's back.
import { Database } from "bun:sqlite";
import type { AuditProblem } from "./audit-rows.ts";
import { formOf } from "./file-at-rest.ts";
import { migrate } from "./migrations.ts";

interface SchemaEntry {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string | null;
}

interface FreshSchema {
  readonly entries: readonly SchemaEntry[];
  readonly version: number;
}

/** The same for all files: made once. */
let fresh: FreshSchema | undefined;

export function schemaProblem(db: Database): AuditProblem | undefined {
  const { entries: expected } = freshSchema();
  const found = entriesOf(db);
  const wrong = expected.find((entry) => !found.some((other) => isSame(entry, other)));
  if (wrong) return problemWith(wrong, "it is missing, or was changed");
  const added = found.find((entry) => !expected.some((other) => isSame(entry, other)));
  return added && problemWith(added, "it was added");
}

function problemWith({ type, name }: SchemaEntry, reason: string): AuditProblem {
  return { row: `${type} ${name}`, firstBadId: null, reason };
}

/** SQLite counts the changes of a schema in the file, and each writing anew as one. */
export function isSchemaOfOurs(db: Database): boolean {
  const { form, schemaVersion } = formOf(db);
  const own = schemaVersion ?? freshSchema().version;
  const found = schemaVersionOf(db);
  // Who was killed before the writing had counted ahead.
  return found === own || (form !== "at_rest" && found === own - 1);
}

function freshSchema(): FreshSchema {
  fresh ??= makeFreshSchema();
  return fresh;
}

function makeFreshSchema(): FreshSchema {
  using db = new Database(":memory:");
  migrate(db);
  return { entries: entriesOf(db), version: schemaVersionOf(db) };
}

function schemaVersionOf(db: Database): number {
  const query = db.query<{ schema_version: number }, []>("PRAGMA schema_version");
  return query.get()?.schema_version ?? 0;
}

/** All of them, whatever their names: statistics would steer how rows are found, too. */
function entriesOf(db: Database): readonly SchemaEntry[] {
  const entries = "SELECT type, name, tbl_name, sql FROM main.sqlite_schema";
  return db.query<SchemaEntry, []>(entries).all();
}

function isSame(left: SchemaEntry, right: SchemaEntry): boolean {
  return (
    left.type === right.type &&
    left.name === right.name &&
    left.tbl_name === right.tbl_name &&
    left.sql === right.sql
  );
}
