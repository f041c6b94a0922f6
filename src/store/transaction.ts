// What one call of the store works with, and the two kinds of transaction that it runs in.
import type { Database } from "bun:sqlite";

/** Handed to every function of the store that reads or writes rows. */
export interface StoreCall {
  readonly db: Database;
  /** Taken once the lock is held: every row that the call writes carries this time. */
  readonly nowMs: number;
  readonly rules: StoreRules;
}

export interface StoreRules {
  /** Claims of one ticket before it is escalated for good. */
  readonly attemptsMax: number;
  /** Wait after the first lost lease; doubled for each further one, up to the maximum. */
  readonly backoffMs: number;
  readonly backoffMsMax: number;
  /** The random part of a session's id. */
  readonly randomId: () => string;
}

/** A row's values by column or parameter name. */
export type Bindings = Record<string, string | number | null>;

/**
 * Takes the write lock before the first read, so that nothing read can change until the commit.
 * Rolls back when `work` throws.
 */
export function inWriteTransaction<T>(db: Database, work: () => T): T {
  db.query("BEGIN IMMEDIATE").run();
  return commitOrRollBack(db, work);
}

/** Everything that `work` reads is of one moment. */
export function inReadTransaction<T>(db: Database, work: () => T): T {
  db.query("BEGIN").run();
  return commitOrRollBack(db, work);
}

function commitOrRollBack<T>(db: Database, work: () => T): T {
  try {
    const result = work();
    db.query("COMMIT").run();
    return result;
  } finally {
    // SQLite has rolled back by itself after a full disk.
    if (db.inTransaction) db.query("ROLLBACK").run();
  }
}
