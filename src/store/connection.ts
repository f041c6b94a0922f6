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
import { bringToRest } from "./file-at-rest.ts";
import { refusalOf } from "./frozen-file.ts";
import { identityOf, type OpenedAs, openedAs, takeLogAlong } from "./left-file.ts";
import { type DatabaseOptions, IN_MEMORY, openDatabase } from "./open-database.ts";

interface OpenFile {
  readonly db: Database;
  /** Undefined for a database in memory. */
  readonly opened: OpenedAs | undefined;
}

export class Connection implements Disposable {
  readonly #options: DatabaseOptions;
  #file: OpenFile | undefined;

  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  [Symbol.dispose](): void {
    if (this.#options.isLeftAtRest) this.#leaveAtRest();
    this.#letGo();
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
      const db = openDatabase(this.#options);
      this.#file = { db, opened: path === IN_MEMORY ? undefined : openedAs(path) };
    } else if (!isStillAt(path, this.#file)) {
      this.#leave(this.#file);
      throw new OperatorError("database", "it was deleted or replaced while it was in use", {
        hint: "what is at that path from now on is used, or a new one is made there",
      });
    }
    return this.#file.db;
  }

  /** What cannot be left now is left by the next call. */
  #leave({ db, opened }: OpenFile): void {
    if (opened === undefined || takeLogAlong(db, opened)) this.#letGo();
  }

  /** Done for those who verify it later: what hinders it hinders nobody else. */
  #leaveAtRest(): void {
    const { path, onCommit } = this.#options;
    if (!this.#file || !isStillAt(path, this.#file)) return;
    try {
      bringToRest(this.#file.db, { onCommit: (moment) => onCommit?.(moment, []) });
    } catch (error) {
      if (!(explainDatabaseError(error, path) instanceof OperatorError)) throw error;
    }
  }

  #letGo(): void {
    this.#file?.db.close();
    this.#file = undefined;
  }
}

function isStillAt(path: string, { opened }: OpenFile): boolean {
  return opened === undefined || identityOf(path) === opened.file.identity;
}
