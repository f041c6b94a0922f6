// What SQLite leaves on its pages where rows moved, nobody can tell from what was put there. So who
// works on a file for long writes it anew in the end: then each of its bytes is known, for it is
// what SQLite would write again.
import { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { besideFile } from "./file-beside.ts";
import { withoutLog } from "./frozen-file.ts";
import { checkOrigin, requirePresentSchema } from "./migrations.ts";
import type { Stray } from "./stray-bytes.ts";
import { inWriteTransaction } from "./transaction.ts";

/** Of a larger file that would take too long, and too much memory to hold it against itself. */
export const BYTES_MAX = 16_777_216;
/** Others may work on: who has to wait longer leaves it to them. */
const LOCK_WAIT_MS = 250;

export interface FileForm {
  readonly form: "in_use" | "rewriting" | "at_rest";
  /** SQLite's count of changes of the schema, which writing anew is one of. */
  readonly schemaVersion: number | null;
}

export function formOf(db: Database): FileForm {
  const form = "SELECT form, schema_version AS schemaVersion FROM file_form WHERE only_row = 1";
  return db.query<FileForm, []>(form).get() ?? { form: "in_use", schemaVersion: null };
}

/** In each transaction that writes anything else. */
export function takeIntoUse(db: Database): void {
  db.query("UPDATE file_form SET form = 'in_use' WHERE only_row = 1 AND form <> 'in_use'").run();
}

export interface Rewriting {
  /** Nobody has written for long: who began to rewrite it has died. */
  readonly isAlone?: boolean | undefined;
  readonly onCommit?: ((moment: "before" | "after") => void) | undefined;
}

/**
 * Nothing for a large file, and where another is about it. Killed on the way, or with others
 * writing meanwhile, it is in use as before. Leaves a short busy_timeout. Throws what SQLite
 * throws, and OperatorError where the file is none of ours any more.
 */
export function bringToRest(db: Database, { isAlone = false, onCommit }: Rewriting = {}): void {
  if (bytesOf(db) > BYTES_MAX) return;
  db.run(`PRAGMA busy_timeout = ${LOCK_WAIT_MS}`);
  if (formOf(db).form !== "at_rest") rewrite(db, { isAlone, onCommit });
  // Unless others read just then: then it is complete with its log only.
  if (isAlone && hasLog(db)) db.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

function hasLog(db: Database): boolean {
  const log = statSync(besideFile(db.filename, "-wal"), { throwIfNoEntry: false });
  return log !== undefined && log.size > 0;
}

function rewrite(db: Database, { isAlone, onCommit }: Rewriting): void {
  const check = () => {
    checkOrigin(db);
    requirePresentSchema(db);
  };
  const begin = () => (isAlone || formOf(db).form === "in_use") && markRewriting(db);
  if (!inWriteTransaction(db, { check, work: begin, onCommit })) return;
  // So that a file of the first version can give pages back, too.
  db.run("PRAGMA auto_vacuum = INCREMENTAL");
  db.run("VACUUM");
  inWriteTransaction(db, { check, work: () => markAtRest(db), onCommit });
}

/** Says beforehand what the schema's count will be. */
function markRewriting(db: Database): boolean {
  const { changes } = db
    .query(
      `UPDATE file_form SET form = 'rewriting',
        schema_version = (SELECT schema_version FROM pragma_schema_version) + 1
      WHERE only_row = 1`,
    )
    .run();
  return changes > 0;
}

/** Unless somebody wrote meanwhile. */
function markAtRest(db: Database): void {
  db.query(
    `UPDATE file_form SET form = 'at_rest',
      schema_version = (SELECT schema_version FROM pragma_schema_version)
    WHERE only_row = 1 AND form <> 'in_use'`,
  ).run();
}

/** The first byte of a file at rest that SQLite would write otherwise. */
export function strayAtRest(db: Database): Stray | undefined {
  const found = db.serialize();
  const anew = writtenAnew(found);
  const pageBytes = numberOf(db, "page_size");
  const length = Math.max(found.length, anew.length);
  for (let at = 0; at < length; at += pageBytes) {
    const [own, other] = [found.subarray(at, at + pageBytes), anew.subarray(at, at + pageBytes)];
    if (own.equals(other)) continue;
    const byte = own.findIndex((value, index) => value !== other[index] && !isCounted(at + index));
    if (byte !== -1 || own.length !== other.length) {
      return { page: at / pageBytes + 1, byte: Math.max(0, byte) };
    }
  }
  return undefined;
}

function writtenAnew(bytes: Buffer): Buffer {
  using copy = Database.deserialize(withoutLog(bytes), { strict: true });
  copy.run("PRAGMA secure_delete = ON");
  copy.run("VACUUM");
  return copy.serialize();
}

/** In the header: whether it has a log, and what counts changes and says who made them. */
function isCounted(at: number): boolean {
  const counted = [
    [18, 20],
    [24, 28],
    [40, 44],
    [92, 100],
  ] as const;
  return counted.some(([from, to]) => at >= from && at < to);
}

function bytesOf(db: Database): number {
  return numberOf(db, "page_size") * numberOf(db, "page_count");
}

function numberOf(db: Database, pragma: "page_size" | "page_count"): number {
  const value = db.query(`PRAGMA ${pragma}`).values().flat()[0];
  return typeof value === "number" ? value : 0;
}
