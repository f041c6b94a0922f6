// From what SQLite or the file system says to what a person can use. The one place for its codes.
import { SQLiteError } from "bun:sqlite";
import { z } from "zod";
import { OperatorError } from "../domain/errors.ts";

interface Explanation {
  readonly cause: string;
  readonly hint: string;
}

const DAMAGE_HINT = "move it and its -wal file away, then restore a copy or start anew";

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  SQLITE_BUSY: {
    cause: "another process has locked it",
    hint: "wait for that process to finish, then try again",
  },
  SQLITE_FULL: {
    cause: "the disk is full",
    hint: "free some space; everything committed before is kept",
  },
  SQLITE_READONLY: {
    cause: "it is read-only",
    hint: "make it, its -wal, -shm and their directory writable, or name another with --db",
  },
  SQLITE_CORRUPT: {
    cause: "it is damaged",
    hint: DAMAGE_HINT,
  },
  SQLITE_NOTADB: {
    cause: "it is not a SQLite database",
    hint: "name another file with --db",
  },
  SQLITE_CANTOPEN: {
    cause: "it cannot be opened",
    hint: "check that its directory exists and is writable, or name another file with --db",
  },
  SQLITE_PERM: {
    cause: "access is denied",
    hint: "check the owner and the mode of the file",
  },
  SQLITE_IOERR: {
    cause: "reading or writing it failed",
    hint: "check the disk that it is on",
  },
};

/** Codes after which the open file is of no more use, even when its trouble is over. */
const UNUSABLE: readonly string[] = [
  "SQLITE_READONLY", // a file that was opened read-only stays so
  "SQLITE_CORRUPT",
  "SQLITE_NOTADB",
  "SQLITE_CANTOPEN",
  "SQLITE_IOERR",
];

const DAMAGED: readonly string[] = ["SQLITE_CORRUPT", "SQLITE_NOTADB"];

/** Statements that fit what this store makes do not fit what is in the file. */
export class OtherSchema extends Error {
  override readonly name = "OtherSchema";
}

/** A file of ours, of which SQLite or its header say that it is none. */
export class DamagedFile extends Error {
  override readonly name = "DamagedFile";
}

/** A statement could not be made: it is wrong, or the file's schema is. */
export function isStatementError(error: unknown): boolean {
  return error instanceof SQLiteError && error.code === "SQLITE_ERROR";
}

/** Whether it takes a new opening of the file to get on. */
export function isUnusable(error: unknown): boolean {
  return error instanceof SQLiteError && UNUSABLE.includes(primaryCode(error.code ?? ""));
}

/** Bytes of the file are not what SQLite or this store has written. */
export function isDamage(error: unknown): boolean {
  if (error instanceof z.ZodError || error instanceof SyntaxError) return true;
  if (error instanceof OtherSchema || error instanceof DamagedFile) return true;
  // Of a page that is not as SQLite has just found it: the file was exchanged meanwhile.
  if (error instanceof RangeError) return true;
  return error instanceof SQLiteError && DAMAGED.includes(primaryCode(error.code ?? ""));
}

/**
 * An OperatorError code "database" for what the outside did; anything else unchanged, because a
 * failed constraint or a wrong statement is a defect of ours.
 */
export function explainDatabaseError(error: unknown, path: string): unknown {
  if (error instanceof OperatorError && error.code === "database") {
    return databaseError(path, { cause: error.message, hint: error.hint ?? "" }, error);
  }
  if (error instanceof SQLiteError) {
    const code = isFull(error) ? "SQLITE_FULL" : primaryCode(error.code ?? "");
    const explanation = EXPLANATIONS[code];
    return explanation === undefined ? error : databaseError(path, explanation, error);
  }
  if (error instanceof OtherSchema || error instanceof DamagedFile) {
    return databaseError(path, { cause: error.message, hint: DAMAGE_HINT }, error);
  }
  if (error instanceof z.ZodError || error instanceof SyntaxError) {
    const issue = error instanceof z.ZodError ? issueOf(error) : error.message;
    const cause = `it holds a row that this version cannot read: ${issue}`;
    return databaseError(path, { cause, hint: "operator audit verify names it" }, error);
  }
  if (error instanceof Error && "syscall" in error) {
    return databaseError(
      path,
      { cause: error.message, hint: "name another file with --db" },
      error,
    );
  }
  return error;
}

/** No room for what SQLite needs beside the file, be it to read it alone. */
export function isFull(error: unknown): boolean {
  const { code } = error instanceof SQLiteError ? error : {};
  return code === "SQLITE_FULL" || code === "SQLITE_IOERR_SHMSIZE";
}

/** `SQLITE_BUSY_SNAPSHOT` and `SQLITE_IOERR_WRITE` belong to the code that they refine. */
function primaryCode(code: string): string {
  // The disk gave all that the file has: the file ends before its last page does.
  if (code === "SQLITE_IOERR_SHORT_READ") return "SQLITE_CORRUPT";
  return code.split("_").slice(0, 2).join("_");
}

function issueOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? "unknown" : `${issue.path.join(".")}: ${issue.message}`;
}

function databaseError(path: string, { cause, hint }: Explanation, error: unknown): OperatorError {
  return new OperatorError("database", `cannot use database ${path}: ${cause}`, {
    hint,
    cause: error,
  });
}
