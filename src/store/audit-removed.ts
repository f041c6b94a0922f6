// What a verification knows of contents that are not there any more: each must be told of by a
// later event, and be gone when one tells of it.
import type { Database } from "bun:sqlite";
import { z } from "zod";
import type { AuditProblem } from "./audit-rows.ts";
import type { ReadEvent } from "./audit-stored.ts";

/** First and last id of rows that follow each other. */
export type IdRange = readonly [first: number, last: number];

/** Of `audit_compacted`. */
const told = z.object({ ids: z.array(z.tuple([z.int(), z.int()])) });

// A table of this connection alone, so that a long chain needs no memory.
const REMOVED = `
  CREATE TEMP TABLE IF NOT EXISTS removed_contents (
    id INTEGER PRIMARY KEY,
    is_told INTEGER NOT NULL DEFAULT 0
  );
  DELETE FROM removed_contents;`;

export function startRememberingRemoved(db: Database): void {
  db.run(REMOVED);
}

/** In the order of the chain. */
export function rememberRemoved(
  db: Database,
  { event, form }: ReadEvent,
): AuditProblem | undefined {
  if (form === "compacted") {
    db.query("INSERT INTO removed_contents (id) VALUES (?)").run(event.id);
    return undefined;
  }
  if (event.type !== "audit_compacted") return undefined;
  const ranges = told.safeParse(event.content).data?.ids ?? [];
  const kept = ranges.map((range) => tellRemoved(db, range)).find((id) => id !== undefined);
  return kept === undefined
    ? undefined
    : problemOf(kept, `its content is there, and event ${event.id} tells that it was removed`);
}

/** The first of them whose content is still there. */
function tellRemoved(db: Database, [first, last]: IdRange): number | undefined {
  const tell = "UPDATE removed_contents SET is_told = 1 WHERE id BETWEEN ? AND ?";
  if (db.query(tell).run(first, last).changes === last - first + 1) return undefined;
  const isRemoved = db.query("SELECT 1 FROM removed_contents WHERE id = ?");
  let id = first;
  while (id < last && isRemoved.get(id) !== null) id += 1;
  return id;
}

/** At the end of the chain. */
export function untoldRemoval(db: Database): AuditProblem | undefined {
  const [id] = numbersOf(db, "SELECT min(id) FROM removed_contents WHERE is_told = 0");
  return id === undefined
    ? undefined
    : problemOf(id, "its content was removed, and no event tells of it");
}

export function countRemoved(db: Database): number {
  return numbersOf(db, "SELECT count(*) FROM removed_contents")[0] ?? 0;
}

function numbersOf(db: Database, sql: string): readonly number[] {
  const rows = db.query<Record<string, number | null>, []>(sql).values();
  return rows.flat().filter((value) => typeof value === "number");
}

function problemOf(id: number, reason: string): AuditProblem {
  return { row: `event ${id}`, firstBadId: id, reason };
}
