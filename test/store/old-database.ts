// A database of the version before rows were sealed, with one ticket in work, brought up to date.
import { Database } from "bun:sqlite";
import { AUDIT_GENESIS, type AuditType, oldAuditText } from "../../src/domain/audit.ts";
import { canonicalJson, type JsonObject } from "../../src/domain/json.ts";
import { migrate } from "../../src/store/migrations.ts";
import { SCHEMA_1 } from "../../src/store/schema.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { openRoom, type Room } from "./room.ts";

export const SESSION = "old-session";

export async function oldDatabase(): Promise<Room> {
  const room = await openRoom();
  room.store[Symbol.dispose]();
  const path = `${room.path}.old`;
  writeOld(path);
  return { ...room, path, store: TicketOpsDB.open({ path, clock: room.clock }) };
}

/** One ticket, claimed, with a step that was done. */
function writeOld(path: string): void {
  using db = new Database(path);
  migrate(db, { migrations: [SCHEMA_1] });
  db.run(`INSERT INTO tickets (id, fingerprint, subject, invariant, entity, severity, state, reason,
      evidence, occurrences, settle_ms, is_held, attempts, violated_since_ms, opened_at_ms,
      last_violated_at_ms, updated_at_ms, claimable_at_ms, lease_agent_id, lease_expires_at_ms,
      session_id)
    VALUES (1, 's/i/e', 's', 'i', 'e', 'critical', 'claimed', 'dark', '{}', 1, 0, 0, 1, 1, 1, 1, 1,
      0, 'agent', 99999999999999, '${SESSION}');
    INSERT INTO sessions (id, ticket_id, agent_id, model, mode, started_at_ms, changes)
    VALUES ('${SESSION}', 1, 'agent', 'runbook', 'execute', 1, 1);
    INSERT INTO journal VALUES (1, '${SESSION}', 1, 'act', '{}', '["e"]', 'done', 'ok', 1, 2)`);
  append(db, "ticket_opened", { fingerprint: "s/i/e", reason: "dark", evidence: {} });
  append(db, "session_started", { model: "runbook", mode: "execute", agentId: "agent" });
  append(db, "ticket_moved", { event: "claim", from: "open", to: "claimed", reason: "attempt 1" });
  append(db, "tool_result", { callId: "1", text: "it is dark ".repeat(20) });
}

function append(db: Database, type: AuditType, content: JsonObject) {
  const head = db.query<{ event_id: number; hash: string }, []>("SELECT * FROM audit_head").get();
  const { event_id, hash: previousHash } = head ?? { event_id: 0, hash: AUDIT_GENESIS };
  const sessionId = type === "ticket_opened" ? null : SESSION;
  const event = { id: event_id + 1, atMs: 1, type, ticketId: 1, sessionId, content };
  const text = oldAuditText(event);
  const hash = new Bun.CryptoHasher("sha256").update(previousHash + text).digest("hex");
  db.query("INSERT INTO audit_events VALUES (?, 1, ?, 1, ?, ?, ?, ?)").run(
    event.id,
    type,
    sessionId,
    canonicalJson(content),
    previousHash,
    hash,
  );
  db.query("UPDATE audit_head SET event_id = ?, hash = ?").run(event.id, hash);
}
