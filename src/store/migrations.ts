// Brings a database file to the present schema, whatever version it has, and keeps hands off files
// that are not ours. `user_version` counts the migrations that a file has had.
import { Database } from "bun:sqlite";
import { OperatorError } from "../domain/errors.ts";
import { sealEverything } from "./audit-seals.ts";
import { DamagedFile } from "./database-error.ts";
import { APPLICATION_ID, SCHEMA_1, SCHEMA_2 } from "./schema.ts";
import { SCHEMA_APPROVALS } from "./schema-approvals.ts";
import { SCHEMA_APPROVALS_BY_HASH } from "./schema-approvals-by-hash.ts";
import { SCHEMA_CLEAR_UPS } from "./schema-clear-ups.ts";
import { SCHEMA_DECIDED_BY } from "./schema-decided-by.ts";
import { SCHEMA_FILE_FORM } from "./schema-file-form.ts";
import { SCHEMA_JOURNAL } from "./schema-journal.ts";
import { SCHEMA_LEASES } from "./schema-leases.ts";
import { SCHEMA_OPEN_APPROVALS } from "./schema-open-approvals.ts";
import { type CommitWatcher, inWriteTransaction } from "./transaction.ts";

/**
 * In order; the first makes an empty file a database of ours. Only ever appended to. Each changes
 * the text of the schema: by that a newer file is told from one whose header was changed.
 */
const MIGRATIONS: readonly Migration[] = [
  SCHEMA_1,
  (db) => {
    db.run(SCHEMA_2);
    sealEverything(db);
  },
  SCHEMA_JOURNAL,
  SCHEMA_APPROVALS,
  SCHEMA_LEASES,
  SCHEMA_OPEN_APPROVALS,
  SCHEMA_APPROVALS_BY_HASH,
  SCHEMA_DECIDED_BY,
  SCHEMA_CLEAR_UPS,
  SCHEMA_FILE_FORM,
];

type Migration = string | ((db: Database) => void);

export interface MigrateOptions {
  /** All that there are, when absent. */
  readonly migrations?: readonly Migration[];
  readonly onCommit?: CommitWatcher | undefined;
}

interface FileHeader {
  readonly applicationId: number;
  readonly version: number;
  readonly tables: number;
}

/**
 * Throws OperatorError code "database", before anything is written, when the file belongs to
 * another program or to a newer operator; DamagedFile when it is ours and says otherwise.
 */
export function checkOrigin(db: Database, migrations = MIGRATIONS): void {
  const { applicationId, version, tables } = headerOf(db);
  if (tables > 0 && applicationId !== APPLICATION_ID) {
    if (hasAudit(db)) throw new DamagedFile("its header does not say that it is operator's");
    throw new OperatorError("database", "it is a SQLite database of another program", {
      hint: "name another file with --db",
    });
  }
  if (version > migrations.length) {
    if (schemaOf(db) === presentSchema(migrations)) {
      const said = `schema ${version}, and what is in it is of schema ${migrations.length}`;
      throw new DamagedFile(`its header says that it is of ${said}`);
    }
    const versions = `schema ${version}, this one knows ${migrations.length}`;
    throw new OperatorError("database", `it was written by a newer operator (${versions})`, {
      hint: "use that operator, or name another file with --db",
    });
  }
}

function presentSchema(migrations: readonly Migration[]): string {
  using db = new Database(":memory:");
  migrate(db, { migrations });
  return schemaOf(db);
}

/** The same of two files with the same tables, whatever the order in which they were made. */
function schemaOf(db: Database): string {
  const entries = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";
  return JSON.stringify(db.query(entries).all());
}

function hasAudit(db: Database): boolean {
  return db.query("SELECT 1 FROM sqlite_schema WHERE name = 'audit_head'").get() !== null;
}

/** Throws OperatorError code "database" for a file that `migrate` would write to. */
export function requirePresentSchema(db: Database, migrations = MIGRATIONS): void {
  const { version } = headerOf(db);
  if (version === migrations.length) return;
  const cause = version === 0 ? "nothing is in it yet" : "it was written by an older operator";
  throw new OperatorError("database", cause, {
    hint: "operator monitor and operator agent bring it up to date",
  });
}

/** All missing migrations or none. Safe when several processes open a new file at once. */
export function migrate(
  db: Database,
  { migrations = MIGRATIONS, onCommit }: MigrateOptions = {},
): void {
  if (headerOf(db).version === migrations.length) return;
  inWriteTransaction(db, {
    work: () => runMissing(db, migrations),
    onCommit: (moment) => onCommit?.(moment, []),
  });
}

/** Read again under the lock: another process may have migrated in the meantime. */
function runMissing(db: Database, migrations: readonly Migration[]): void {
  const { version } = headerOf(db);
  for (const migration of migrations.slice(version)) {
    if (typeof migration === "string") db.run(migration);
    else migration(db);
  }
  db.run(`PRAGMA application_id = ${APPLICATION_ID}`);
  db.run(`PRAGMA user_version = ${Math.max(version, migrations.length)}`);
}

/** One statement, so that the three numbers belong to one moment. */
function headerOf(db: Database): FileHeader {
  const header = db
    .query<FileHeader, []>(
      `SELECT application_id AS applicationId, user_version AS version,
        (SELECT count(*) FROM sqlite_schema) AS tables
      FROM pragma_application_id, pragma_user_version`,
    )
    .get();
  return header ?? { applicationId: 0, version: 0, tables: 0 };
}
