// The events of one session, each as it was written: whoever plays them again may trust them. The
// chain is held against its hashes, so that no row between the session's first and last is missing.
import {
  AUDIT_GENESIS,
  type AuditEvent,
  type AuditLink,
  type CheckedEvents,
  type MisfitRow,
} from "../domain/audit.ts";
import { chainedHash, headOf } from "./audit-chain.ts";
import { nameOf, type StoredColumns, toldSealOf } from "./audit-seals.ts";
import { asStored, readStored, STORED_COLUMNS, type StoredEvent } from "./audit-stored.ts";
import type { StoreCall } from "./transaction.ts";

const UNLIKE_HASH = "what it holds does not give its hash";

/** The chain from the row before the session's first to its head, and the session's own row. */
export function checkedEventsOf(call: StoreCall, sessionId: string): CheckedEvents {
  const events: AuditEvent[] = [];
  const fromId = firstRowToCheck(call, sessionId);
  const chain = new ChainCheck({ isGapless: true, fromId });
  const told = new ToldSession(sessionId);
  for (const row of rowsFrom(call, fromId)) {
    const read = chain.read(row);
    if ("reason" in read) return read;
    told.hear(read);
    if (read.sessionId === sessionId) events.push(read);
  }
  const misfit = chain.misfitAtEnd(headOf(call)) ?? misfitStart(events) ?? told.misfit(call);
  return misfit ?? (events.length > 0 ? { events } : noRows(call));
}

/**
 * Of an export, in its order: each row by its own hash, and by that of the row before where that
 * stands there, too. `isGapless`: it is none of a version that left rows of others out.
 */
export function misfitIn(
  rows: readonly (AuditEvent | AuditLink)[],
  { isGapless }: { readonly isGapless: boolean },
): MisfitRow | undefined {
  const chain = new ChainCheck({ isGapless });
  for (const row of rows) {
    const read = "content" in row ? chain.read(asStored(row)) : chain.pass(row);
    if (read && "reason" in read) return read;
  }
  return undefined;
}

/** A session is begun with a row that says so, whatever version wrote it. */
export function misfitStart([first]: readonly AuditEvent[]): MisfitRow | undefined {
  if (!first || first.type === "session_started") return undefined;
  return {
    row: first.id,
    reason: "it is not where its session starts: what came before is missing",
  };
}

interface Links {
  readonly isGapless: boolean;
  /** The row that comes first; any, when absent. */
  readonly fromId?: number;
}

interface Link {
  readonly id: number;
  /** Absent where the row is not at hand. */
  readonly hash?: string;
}

class ChainCheck {
  #last: Link | undefined;
  /** The rows of the first version, with another form of hash, are those before all others. */
  #isBeyondOld = false;
  readonly #isGapless: boolean;

  constructor({ isGapless, fromId }: Links) {
    this.#isGapless = isGapless;
    if (fromId !== undefined) this.#last = { id: fromId - 1 };
    if (fromId === 1) this.#last = { id: 0, hash: AUDIT_GENESIS };
  }

  read(row: StoredEvent): AuditEvent | MisfitRow {
    const misfit = this.#misfitOf({ id: row.id, previousHash: row.previous_hash });
    if (misfit) return misfit;
    const read = readStored(row);
    if (!read) return { row: row.id, reason: UNLIKE_HASH };
    this.#isBeyondOld ||= read.form !== "old";
    this.#last = row;
    return read.event;
  }

  /** A row of others, of which the content's hash alone is there. */
  pass(link: AuditLink): MisfitRow | undefined {
    const misfit = this.#misfitOf(link);
    if (misfit) return misfit;
    const { previousHash, hash, contentHash, ...facts } = link;
    const isFitting =
      contentHash === null
        ? !this.#isBeyondOld
        : chainedHash(facts, { previousHash, contentHash }) === hash;
    if (!isFitting) return { row: link.id, reason: UNLIKE_HASH };
    this.#isBeyondOld ||= contentHash !== null;
    this.#last = link;
    return undefined;
  }

  misfitAtEnd(head: { readonly event_id: number; readonly hash: string }): MisfitRow | undefined {
    if (this.#last?.id === head.event_id && this.#last.hash === head.hash) return undefined;
    const row = (this.#last?.id ?? 0) + 1;
    return { row, reason: "where the chain ends is not where its head says" };
  }

  #misfitOf({ id, previousHash }: Pick<AuditLink, "id" | "previousHash">): MisfitRow | undefined {
    if (!this.#last) return undefined;
    const expectedId = this.#last.id + 1;
    if (id < expectedId) return { row: id, reason: "it stands behind a later row" };
    if (id > expectedId) {
      return this.#isGapless ? { row: expectedId, reason: "it is missing" } : undefined;
    }
    const { hash = previousHash } = this.#last;
    if (previousHash === hash) return undefined;
    return { row: id, reason: "its previous hash is not the hash of the row before" };
  }
}

/** What the chain says that the session's row came to: it knows whether its last rows are there. */
class ToldSession {
  readonly #id: string;
  #told: { readonly row: number; readonly seal: string } | undefined;

  constructor(id: string) {
    this.#id = id;
  }

  hear({ id, content }: AuditEvent): void {
    const name = nameOf({ table: "sessions", id: this.#id });
    for (const [told, seal] of Object.entries(content.rows ?? {})) {
      if (told === name && typeof seal === "string") this.#told = { row: id, seal };
    }
  }

  misfit({ db }: StoreCall): MisfitRow | undefined {
    if (!this.#told) return undefined;
    const { row, seal } = this.#told;
    const query = db.query<StoredColumns, [string]>("SELECT * FROM sessions WHERE id = ?");
    const columns = query.get(this.#id);
    if (columns && toldSealOf("sessions", columns) === seal) return undefined;
    return { row, reason: "its session has come to something else since, and no row tells of it" };
  }
}

/** That of a session none of whose rows is there is the chain's first. */
function firstRowToCheck({ db }: StoreCall, sessionId: string): number {
  const found = db
    .query<{ id: number | null }, [string]>(
      "SELECT min(id) AS id FROM audit_events WHERE session_id = ?",
    )
    .get(sessionId);
  return Math.max(1, (found?.id ?? 1) - 1);
}

function noRows(call: StoreCall): MisfitRow {
  const reason = "no row up to it is the session's, which begins with one";
  return { row: headOf(call).event_id, reason };
}

function rowsFrom({ db }: StoreCall, fromId: number): IterableIterator<StoredEvent> {
  return db
    .query<StoredEvent, [number]>(
      `SELECT ${STORED_COLUMNS} FROM audit_events WHERE id >= ? ORDER BY id`,
    )
    .iterate(fromId);
}
