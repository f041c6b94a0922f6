// What one call of the store works with, and the two kinds of transaction that it runs in.
import type { Database } from "bun:sqlite";
import { randomUUID } from "node:crypto";
import type { AuditType } from "../domain/audit.ts";
import type { Person } from "../domain/person.ts";

/** Handed to every function of the store that reads or writes rows. */
export interface StoreCall {
  readonly db: Database;
  /** Taken once the lock is held: every row that the call writes carries this time. */
  readonly nowMs: number;
  readonly rules: StoreRules;
  /** Types of the events that it has appended so far. */
  readonly appended: AuditType[];
}

/** Told just before and just after a commit, with the types of the events that it makes last. */
export type CommitWatcher = (moment: "before" | "after", events: readonly AuditType[]) => void;

export interface StoreRules {
  /** Claims of one ticket before it is escalated for good. */
  readonly attemptsMax: number;
  /** Wait after the first lost lease; doubled for each further one, up to the maximum. */
  readonly backoffMs: number;
  readonly backoffMsMax: number;
  /** The random part of a session's id. */
  readonly randomId: () => string;
  /** Whose words these are, where it is opened for a person. */
  readonly person?: (() => Person) | undefined;
}

export const DEFAULT_RULES: StoreRules = {
  attemptsMax: 3,
  backoffMs: 5_000,
  backoffMsMax: 300_000,
  randomId: () => randomUUID().slice(0, 8),
};

/** A row's values by column or parameter name. */
export type Bindings = Record<string, string | number | null>;

export interface WriteTransaction<T> {
  /** Asked under the lock, before anything is written; throws when nothing may be. */
  readonly check?: (() => void) | undefined;
  readonly work: () => T;
  readonly onCommit?: ((moment: "before" | "after") => void) | undefined;
}

/**
 * Takes the write lock before the first read, so that nothing read can change until the commit.
 * Rolls back when `work` throws.
 */
export function inWriteTransaction<T>(
  db: Database,
  { check, work, onCommit }: WriteTransaction<T>,
): T {
  db.query("BEGIN IMMEDIATE").run();
  const result = commitOrRollBack(db, () => {
    check?.();
    const made = work();
    onCommit?.("before");
    return made;
  });
  onCommit?.("after");
  return result;
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
