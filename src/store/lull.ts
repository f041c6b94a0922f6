// Whether anybody has written to a file lately. Asked now and then, by who has nothing to write.
import type { Database } from "bun:sqlite";

/** Longer than an agent at work lets pass between two renewals of its lease. */
const LULL_MS = 15_000;

export class Lull {
  #seen: string | undefined;
  #sinceMs = 0;
  #isOver = false;

  /** Once for each lull: until somebody writes again it has been told. */
  isOver(db: Database, elapsedMs: number): boolean {
    const seen = writesSeenBy(db);
    if (seen !== this.#seen) {
      this.#seen = seen;
      this.#sinceMs = elapsedMs;
      this.#isOver = false;
    }
    return !this.#isOver && elapsedMs - this.#sinceMs >= LULL_MS;
  }

  /** What was written for it begins no other. */
  end(db: Database): void {
    this.#seen = writesSeenBy(db);
    this.#isOver = true;
  }
}

/** Its own, and those of other connections: sqlite.org/pragma.html#pragma_data_version. */
function writesSeenBy(db: Database): string {
  const query = "SELECT total_changes(), data_version FROM pragma_data_version";
  return db.query(query).values().flat().join(" ");
}
