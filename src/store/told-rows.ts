// Which event told last of a row, and what the row had come to. The events of a long session are
// looked through once by each connection: what it found is remembered, in a table of its own, so
// that what is rolled back is forgotten with it.
import type { Database } from "bun:sqlite";
import type { StoreCall } from "./transaction.ts";

/** The row by its name in events, and whose events may tell of it. */
export interface Telling {
  readonly name: string;
  readonly column: "ticket_id" | "session_id";
  readonly value: string | number | null;
}

export interface Told {
  readonly eventId: number;
  readonly seal: string;
}

/** The seal is null where nobody can read what the event had told, both where none told. */
interface Found {
  readonly eventId: number | null;
  readonly seal: string | null;
}

interface Remembered extends Found {
  readonly lookedTo: number;
}

const NONE: Remembered = { eventId: null, seal: null, lookedTo: 0 };

export function rememberTold(db: Database): void {
  db.run(`CREATE TEMP TABLE last_told (name TEXT, value, eventId INTEGER, seal TEXT,
    lookedTo INTEGER, hash TEXT, PRIMARY KEY (name, value))`);
}

/** Undefined where none tells. */
export function lastTold({ db }: StoreCall, telling: Telling): Told | undefined {
  const { name, value } = telling;
  const before = remembered(db, telling);
  const { eventId, seal } = newestTold(db, { ...telling, afterId: before.lookedTo }) ?? before;
  const remember = "INSERT OR REPLACE INTO temp.last_told SELECT ?, ?, ?, ?, event_id, hash";
  db.query(`${remember} FROM audit_head`).run(name, value, eventId, seal);
  return eventId === null || seal === null ? undefined : { eventId, seal };
}

/** Not where the events that were looked through are gone: an older copy was put in their place. */
function remembered(db: Database, { name, value }: Telling): Remembered {
  const query = `SELECT told.eventId, told.seal, told.lookedTo FROM temp.last_told AS told
    JOIN audit_events AS event ON event.id = told.lookedTo AND event.hash = told.hash
    WHERE told.name = ? AND told.value = ?`;
  return db.query<Remembered, [string, Telling["value"]]>(query).get(name, value) ?? NONE;
}

function newestTold(
  db: Database,
  { name, column, value, afterId }: Telling & { readonly afterId: number },
): Found | undefined {
  const events = db
    .query<{ id: number; content: unknown }, [Telling["value"], number, string]>(
      `SELECT id, content FROM audit_events
      WHERE ${column} = ? AND id > ? AND instr(content, ?) > 0 ORDER BY id DESC`,
    )
    .iterate(value, afterId, JSON.stringify(name));
  for (const { id: eventId, content } of events) {
    const seal = sealIn(content, name);
    if (seal !== undefined) return { eventId, seal };
  }
  return undefined;
}

/** Undefined where it does not tell of the row; null where somebody made it unreadable. */
function sealIn(content: unknown, name: string): string | null | undefined {
  if (typeof content !== "string") return null;
  try {
    const { rows } = JSON.parse(content) as { readonly rows?: Record<string, unknown> };
    const seal = rows?.[name];
    return typeof seal === "string" ? seal : undefined;
  } catch {
    return null;
  }
}
