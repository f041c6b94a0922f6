// A database that may not be written, as somebody keeps a copy of it: in memory. In a directory
// where nothing may be written, or on a full disk, SQLite cannot even read it, for that takes files
// beside it.
import { Database, SQLiteError } from "bun:sqlite";
import { statSync } from "node:fs";
import { isFull } from "./database-error.ts";
import { besideFile } from "./file-beside.ts";
import { HeldFile } from "./held-files.ts";

/** Where the header says how the file is written, and read: sqlite.org/fileformat.html, 1.3.3. */
const FORMAT_AT = [18, 19] as const;
const WITH_LOG = 2;
const WITHOUT_LOG = 1;

/** Whether that is why it could not be opened. Not one with a log: its commits would be missed. */
export function isFrozen(path: string, error: unknown): boolean {
  const isRefused =
    error instanceof SQLiteError && /^SQLITE_(?:READONLY|CANTOPEN)/.test(error.code ?? "");
  return (isRefused || isFull(error)) && sizeOf(path) > 0 && sizeOf(besideFile(path, "-wal")) === 0;
}

/** All of it. Throws what reading the file throws. */
export function copyToMemory(path: string): Database {
  using file = new HeldFile(path);
  return Database.deserialize(withoutLog(file.all()), { strict: true });
}

/** A copy: in memory there are no files beside it. */
export function withoutLog(bytes: Uint8Array): Buffer {
  const copy = Buffer.from(bytes);
  const isWithLog = FORMAT_AT.every((at) => copy[at] === WITH_LOG);
  if (isWithLog) for (const at of FORMAT_AT) copy[at] = WITHOUT_LOG;
  return copy;
}

const reasons = new WeakMap<Database, unknown>();

/** The same, but a write, which would be lost, is refused: for what hindered an opening. */
export function freeze(copy: Database, reason: unknown): Database {
  const bytes = copy.serialize();
  copy.close();
  const frozen = Database.deserialize(bytes, { readonly: true, strict: true });
  reasons.set(frozen, reason);
  return frozen;
}

/** Why such a copy, as a failed write calls it, is no file that can be written. */
export function refusalOf(db: Database, error: unknown): unknown {
  const reason = reasons.get(db);
  const isRefused = error instanceof SQLiteError && error.code === "SQLITE_READONLY";
  return isRefused && isFull(reason) ? reason : error;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
