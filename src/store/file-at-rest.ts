// What SQLite leaves on its pages where rows moved, nobody can tell from what was put there. So who
// works on a file for long writes it anew in the end: then each of its bytes is known, for it is
// what SQLite would write again.
import { Database } from "bun:sqlite";
import { withoutLog } from "./frozen-file.ts";
import { checkOrigin, requirePresentSchema } from "./migrations.ts";
import type { Stray } from "./stray-bytes.ts";
import { inWriteTransaction } from "./transaction.ts";

/** Of a larger file that would take too long, and too much memory to hold it against itself. */
const BYTES_MAX = 16_777_216;
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

/** Before anything else is written in a transaction. Throws for a file that is none of ours. */
export function takeIntoUse(db: Database): void {
  checkOrigin(db);
  db.query("UPDATE file_form SET form = 'in_use' WHERE only_row = 1 AND form <> 'in_use'").run();
}

export interface Rewriting {
  readonly onCommit?: ((moment: "before" | "after") => void) | undefined;
}

/**
 * Nothing for a large file. Killed on the way, or with others writing meanwhile, it is in use as
 * before. Throws what SQLite throws, and OperatorError where the file is none of ours any more.
 */
export function bringToRest(db: Database, { onCommit }: Rewriting = {}): void {
  if (bytesOf(db) > BYTES_MAX || formOf(db).form === "at_rest") return;
  db.run(`PRAGMA busy_timeout = ${LOCK_WAIT_MS}`);
  const check = () => {
    checkOrigin(db);
    requirePresentSchema(db);
  };
  inWriteTransaction(db, { check, work: () => mark(db, "rewriting"), onCommit });
  // So that a file of the first version can give pages back, too.
  db.run("PRAGMA auto_vacuum = INCREMENTAL");
  db.run("VACUUM");
  inWriteTransaction(db, { check, work: () => mark(db, "at_rest"), onCommit });
}

/** `rewriting` says beforehand what the schema's count will be. */
function mark(db: Database, form: "rewriting" | "at_rest"): void {
  const [ahead, from] = form === "rewriting" ? [1, "TRUE"] : [0, "form <> 'in_use'"];
  db.query(
    `UPDATE file_form SET form = ?,
      schema_version = (SELECT schema_version FROM pragma_schema_version) + ${ahead}
    WHERE only_row = 1 AND ${from}`,
  ).run(form);
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
