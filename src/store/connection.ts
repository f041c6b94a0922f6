// The open file, and the way back to it. A file that was deleted, replaced or found unusable while
// it was in use is let go, so that nothing is written where nobody looks; the next call opens what
// is at the path then.
import type { Database } from "bun:sqlite";
import { messageOf, OperatorError } from "../domain/errors.ts";
import { schemaProblem } from "./audit-schema.ts";
import {
  explainDatabaseError,
  isStatementError,
  isUnusable,
  OtherSchema,
} from "./database-error.ts";
import { bringToRest, takeIntoUse } from "./file-at-rest.ts";
import { refusalOf } from "./frozen-file.ts";
import { databaseClosed, databaseOpens } from "./held-files.ts";
import { identityOf, type OpenedAs, openedAs, takeLogAlong } from "./left-file.ts";
import { Lull } from "./lull.ts";
import { checkOrigin } from "./migrations.ts";
import { type DatabaseOptions, IN_MEMORY, openDatabase } from "./open-database.ts";
import { inWriteTransaction, type WriteTransaction } from "./transaction.ts";

interface OpenFile {
  readonly db: Database;
  /** Undefined for a database in memory. */
  readonly opened: OpenedAs | undefined;
  readonly lull: Lull;
}

interface Write<T> extends Pick<WriteTransaction<T>, "onCommit"> {
  readonly work: (db: Database) => T;
  /** Of a clock that nobody sets. */
  readonly elapsedMs: number;
}

export class Connection implements Disposable {
  readonly #options: DatabaseOptions;
  #file: OpenFile | undefined;

  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  [Symbol.dispose](): void {
    if (this.#file) this.#bringToRest(this.#file);
    this.#letGo();
  }

  /** In a transaction. One that has nothing to write is the moment to look for a lull. */
  write<T>({ work, onCommit, elapsedMs }: Write<T>): T {
    return this.use((db) => {
      const before = changesOf(db);
      const check = () => checkOrigin(db);
      const written = () => {
        const made = work(db);
        if (changesOf(db) !== before) takeIntoUse(db);
        return made;
      };
      const made = inWriteTransaction(db, { check, work: written, onCommit });
      if (changesOf(db) === before) this.#restInLull(elapsedMs);
      return made;
    });
  }

  /** What `work` gives. Throws OperatorError code "database" for what the outside did. */
  use<T>(work: (db: Database) => T): T {
    try {
      return work(this.#open());
    } catch (raised) {
      const error = this.#file ? refusalOf(this.#file.db, raised) : raised;
      if (isUnusable(error)) this.#letGo();
      const cause = isStatementError(error) ? this.#otherSchema(error) : error;
      throw explainDatabaseError(cause, this.#options.path);
    }
  }

  /** Why a statement of ours does not fit the file; the error itself where it should: a defect. */
  #otherSchema(error: unknown): unknown {
    // Opening asks for nothing but what each of our schemas has had.
    if (!this.#file) return new OtherSchema(`its schema cannot be used: ${messageOf(error)}`);
    const problem = schemaProblem(this.#file.db);
    return problem ? new OtherSchema(`its schema was changed: ${problem.row}`) : error;
  }

  #open(): Database {
    const { path } = this.#options;
    if (this.#file === undefined) {
      const db = this.#openAnew();
      const opened = path === IN_MEMORY ? undefined : openedAs(path);
      this.#file = { db, opened, lull: new Lull() };
    } else if (!isStillAt(path, this.#file)) {
      this.#leave(this.#file);
      throw new OperatorError("database", "it was deleted or replaced while it was in use", {
        hint: "what is at that path from now on is used, or a new one is made there",
      });
    }
    return this.#file.db;
  }

  #openAnew(): Database {
    databaseOpens();
    try {
      return openDatabase(this.#options);
    } catch (error) {
      databaseClosed();
      throw error;
    }
  }

  /** What cannot be left now is left by the next call. */
  #leave({ db, opened }: OpenFile): void {
    if (opened === undefined || takeLogAlong(db, opened)) this.#letGo();
  }

  /** Then the file is complete without its log, too. */
  #restInLull(elapsedMs: number): void {
    const file = this.#file;
    if (!file || !this.#options.isLeftAtRest || !file.lull.isOver(file.db, elapsedMs)) return;
    this.#bringToRest(file, { isAlone: true });
    file.lull.end(file.db);
  }

  /** Done for those who verify it later: what hinders it hinders nobody else. */
  #bringToRest(file: OpenFile, { isAlone = false } = {}): void {
    const { path, onCommit, isLeftAtRest, busyTimeoutMs } = this.#options;
    if (!isLeftAtRest || !isStillAt(path, file)) return;
    try {
      bringToRest(file.db, { isAlone, onCommit: (moment) => onCommit?.(moment, []) });
    } catch (error) {
      if (!(explainDatabaseError(error, path) instanceof OperatorError)) throw error;
    } finally {
      file.db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    }
  }

  #letGo(): void {
    if (this.#file === undefined) return;
    this.#file.db.close();
    this.#file = undefined;
    databaseClosed();
  }
}

/** Of rows, since it was opened. */
function changesOf(db: Database): number {
  return db.query<{ changes: number }, []>("SELECT total_changes() AS changes").get()?.changes ?? 0;
}

function isStillAt(path: string, { opened }: OpenFile): boolean {
  return opened === undefined || identityOf(path) === opened.file.identity;
}
