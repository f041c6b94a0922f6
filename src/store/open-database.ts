// Opens the file: directory, settings and schema.
import { Database } from "bun:sqlite";
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { OperatorError } from "../domain/errors.ts";
import { DamagedFile } from "./database-error.ts";
import { besideFile } from "./file-beside.ts";
import { copyToMemory, freeze, isFrozen } from "./frozen-file.ts";
import { checkOrigin, migrate, requirePresentSchema } from "./migrations.ts";
import { keepRowsBefore } from "./row-before.ts";
import type { CommitWatcher } from "./transaction.ts";

/** A database of its own in memory, gone when it is closed. */
export const IN_MEMORY = ":memory:";

/** Three in a row, the most that a signal may meet, stay under the 5 s in which it is obeyed. */
export const BUSY_TIMEOUT_MS = 1_500;

export interface DatabaseOptions {
  /** Created with its directory when it is missing; ":memory:" for one that is kept nowhere. */
  readonly path: string;
  /** How long a statement waits for another process's lock. It blocks the event loop meanwhile. */
  readonly busyTimeoutMs: number;
  /** Writing beyond it fails as on a full disk; no bound of ours when absent. */
  readonly sizeBytesMax?: number | undefined;
  /** Only a file that has the present schema is opened; none is made or brought up to date. */
  readonly isExpected?: boolean | undefined;
  /** For who reads: a file that may not be written is read from a copy, where it must be. */
  readonly isCopyEnough?: boolean | undefined;
  /** For who writes nothing: then closing it last leaves its log, and the file, as they are. */
  readonly isReading?: boolean | undefined;
  /** For who works on it for long: it is written anew when it is let go. */
  readonly isLeftAtRest?: boolean | undefined;
  /** Told of every commit, bringing it up to date among them: for a test that ends us there. */
  readonly onCommit?: CommitWatcher | undefined;
}

// Command output may be private: only the owner enters a directory that we make.
const PRIVATE_DIRECTORY = { recursive: true, mode: 0o700 };

/** Throws what SQLite and the file system throw; `Connection` explains it. */
export function openDatabase(options: DatabaseOptions): Database {
  const { path, isExpected = false } = options;
  const reading = options.isReading ? openToRead(options) : undefined;
  if (reading) return reading;
  if (path !== IN_MEMORY && !isExpected) mkdirSync(dirname(path), PRIVATE_DIRECTORY);
  if (path !== IN_MEMORY) refuseOthers(path);
  const db = new Database(path, { create: !isExpected, readwrite: true, strict: true });
  return prepareOrClose(db, options);
}

/** Undefined where it has no log, and where the other way says why it cannot be, or mends it. */
function openToRead({ path, busyTimeoutMs }: DatabaseOptions): Database | undefined {
  if ((statSync(besideFile(path, "-wal"), { throwIfNoEntry: false })?.size ?? 0) === 0) {
    return undefined;
  }
  let db: Database | undefined;
  try {
    db = new Database(path, { readonly: true, strict: true });
    db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    checkOrigin(db);
    requirePresentSchema(db);
    keepRowsBefore(db);
    return db;
  } catch {
    db?.close();
    return undefined;
  }
}

function refuseOthers(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat && !stat.isFile()) {
    throw new OperatorError("database", `it is ${stat.isDirectory() ? "a directory" : "no file"}`, {
      hint: "name a file with --db",
    });
  }
  // SQLite takes a file of one byte for an empty one, and would write over what is left of ours.
  if (stat?.size === 1) throw new DamagedFile("all but its first byte is missing");
}

function prepareOrClose(db: Database, options: DatabaseOptions): Database {
  try {
    configure(db, options);
    if (!options.isExpected) migrate(db, options);
    keepRowsBefore(db);
    return db;
  } catch (error) {
    db.close();
    if (!options.isCopyEnough || !isFrozen(options.path, error)) throw error;
    return openCopy(options, error);
  }
}

function openCopy(options: DatabaseOptions, reason: unknown): Database {
  const copy = copyToMemory(options.path);
  return freeze(prepareOrClose(copy, { ...options, isCopyEnough: false }), reason);
}

function configure(db: Database, options: DatabaseOptions): void {
  const { busyTimeoutMs, sizeBytesMax, isExpected = false } = options;
  db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  // Before the journal mode, which is written to the file.
  checkOrigin(db);
  if (isExpected) requirePresentSchema(db);
  else prepareFile(db);
  // With WAL a crash of the process loses nothing and a crash of the machine can lose the last
  // commits, but never tear one. Full would cost an fsync per row for a record that the monitor can
  // observe again.
  db.run("PRAGMA synchronous = NORMAL");
  db.run("PRAGMA foreign_keys = ON");
  // What is removed leaves no bytes behind, and a byte that no row uses is zero: a verification
  // looks at that.
  db.run("PRAGMA secure_delete = ON");
  if (sizeBytesMax !== undefined) limitSize(db, sizeBytesMax);
}

function prepareFile(db: Database): void {
  // Only an empty file takes it: then it can give pages back, some at a time.
  const isEmpty = db.query<{ page_count: number }, []>("PRAGMA page_count").get()?.page_count === 0;
  if (isEmpty) db.run("PRAGMA auto_vacuum = INCREMENTAL");
  db.run("PRAGMA journal_mode = WAL");
}

function limitSize(db: Database, sizeBytesMax: number): void {
  const pageBytes =
    db.query<{ page_size: number }, []>("PRAGMA page_size").get()?.page_size ?? 4096;
  db.run(`PRAGMA max_page_count = ${Math.max(1, Math.floor(sizeBytesMax / pageBytes))}`);
}
