// A database of the version before approvals were bound to a state: its rows keep their seals.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { AUDIT_GENESIS, type AuditType } from "../../src/domain/audit.ts";
import { canonicalJson, type JsonObject } from "../../src/domain/json.ts";
import type { SealedRow } from "../../src/store/audit-seals.ts";
import { migrate } from "../../src/store/migrations.ts";
import { SCHEMA_1, SCHEMA_2 } from "../../src/store/schema.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { SEEN } from "../support/asking.ts";
import { openRoom, type Room } from "./room.ts";
import { tellRows } from "./tell-rows.ts";

const HASH = "a".repeat(64);

/** A claimed ticket whose session has asked twice, and was answered once. */
function writeOld(path: string): void {
  using db = new Database(path);
  migrate(db, { migrations: [SCHEMA_1, SCHEMA_2] });
  db.run(`INSERT INTO tickets (id, fingerprint, subject, invariant, entity, severity, state, reason,
      evidence, occurrences, settle_ms, is_held, attempts, violated_since_ms, opened_at_ms,
      last_violated_at_ms, updated_at_ms, claimable_at_ms, lease_agent_id, lease_expires_at_ms,
      session_id)
    VALUES (1, 's/i/e', 's', 'i', 'e', 'critical', 'claimed', 'dark', '{}', 1, 0, 0, 1, 1, 1, 1, 1,
      0, 'agent', 99999999999999, 'old');
    INSERT INTO sessions (id, ticket_id, agent_id, model, mode, started_at_ms)
    VALUES ('old', 1, 'agent', 'runbook', 'approve', 1);
    INSERT INTO approvals (id, session_id, ticket_id, operation, reason, operation_hash, state,
      requested_at_ms, expires_at_ms, decided_at_ms)
    VALUES (1, 'old', 1, '{"a":1}', 'why', '${HASH}', 'approved', 1, 99999999999999, 2),
      (2, 'old', 1, '{"a":2}', 'why', '${HASH}', 'pending', 1, 99999999999999, NULL)`);
  append(db, "ticket_opened", [{ table: "tickets", id: 1 }]);
  append(db, "session_started", [{ table: "sessions", id: "old" }]);
  append(db, "approval_requested", [{ table: "approvals", id: 1 }]);
  append(db, "approval_requested", [{ table: "approvals", id: 2 }]);
}

function append(db: Database, type: AuditType, rows: readonly SealedRow[]): void {
  const head = db.query<{ event_id: number; hash: string }, []>("SELECT * FROM audit_head").get();
  const { event_id, hash: previousHash } = head ?? { event_id: 0, hash: AUDIT_GENESIS };
  const content: JsonObject = { rows: tellRows(db, rows) };
  const row: JsonObject = {
    id: event_id + 1,
    atMs: 1,
    type,
    ticketId: 1,
    sessionId: null,
    content,
  };
  const text = previousHash + canonicalJson(row);
  const hash = new Bun.CryptoHasher("sha256").update(text).digest("hex");
  db.query(
    `INSERT INTO audit_events (id, at_ms, type, ticket_id, session_id, content, previous_hash, hash)
    VALUES (?, 1, ?, 1, NULL, ?, ?, ?)`,
  ).run(event_id + 1, type, canonicalJson(content), previousHash, hash);
  db.query("UPDATE audit_head SET event_id = ?, hash = ?").run(event_id + 1, hash);
}

async function openOld(): Promise<Room> {
  const room = await openRoom();
  room.store[Symbol.dispose]();
  const path = `${room.path}.old`;
  writeOld(path);
  return { ...room, path, store: TicketOpsDB.open({ path, clock: room.clock }) };
}

test("it is intact, and a word that was given for no state is used for none", async () => {
  await using room = await openOld();
  const { store } = room;
  expect(await store.verifyAudit()).toMatchObject({ state: "intact", rows: 4 });
  expect(await store.getApproval(1)).toMatchObject({ state: "approved", seen: null, effects: [] });
  const use = { sessionId: "old", operationHash: HASH, seen: SEEN };
  expect(await store.useApproval(1, use)).toBe(false);
  expect(await store.decideApproval(2, "revised", "again, please")).toMatchObject({ id: 2 });
  expect(await store.verifyAudit()).toMatchObject({ state: "intact", rows: 5 });
});

for (const sql of ["note = 'yes'", "undo = 'it'", "holder_id = 'old'", "reason = 'no'"]) {
  test(`a change of it is found: ${sql}`, async () => {
    await using room = await openOld();
    {
      using db = new Database(room.path);
      db.run(`UPDATE approvals SET ${sql} WHERE id = 1`);
    }
    const found = await room.store.verifyAudit();
    expect(found).toMatchObject({ state: "broken", row: "approval 1" });
  });
}
