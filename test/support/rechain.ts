// What an attacker does who knows how the audit is chained, and not the key that signs its head:
// after a change, the hash of every row anew. For what must be found by something else.
import { Database } from "bun:sqlite";
import { AUDIT_GENESIS } from "../../src/domain/audit.ts";
import { chainedHash, sha256 } from "../../src/store/audit-chain.ts";
import { readStored, STORED_COLUMNS, type StoredEvent } from "../../src/store/audit-stored.ts";

/** Runs the statement on the database at the path, and chains all of its rows again. */
export function changeAndRechain(path: string, sql: string): void {
  using db = new Database(path);
  db.run(sql);
  let last = { id: 0, hash: AUDIT_GENESIS };
  for (const row of db.query<StoredEvent, []>(`SELECT ${STORED_COLUMNS} FROM audit_events`).all()) {
    const contentHash = sha256(row.content);
    const { id, type, at_ms: atMs, ticket_id: ticketId, session_id: sessionId } = row;
    const facts = { id, atMs, type: type as "tool_result", ticketId, sessionId };
    const hash = chainedHash(facts, { previousHash: last.hash, contentHash });
    const anew = { ...row, previous_hash: last.hash, hash };
    if (readStored(anew)?.form !== "whole") throw new Error(`row ${id} is not chained`);
    const update = "UPDATE audit_events SET previous_hash = ?, hash = ? WHERE id = ?";
    db.query(update).run(last.hash, hash, id);
    last = { id, hash };
  }
  db.query("UPDATE audit_head SET event_id = ?, hash = ?").run(last.id, last.hash);
}

/** A copy of the database, whoever has it open. */
export function copyOf(path: string, to: string): string {
  using db = new Database(path);
  db.query("VACUUM INTO ?").run(to);
  return to;
}
