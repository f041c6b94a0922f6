// One bit of the file itself is another, wherever it lies: rows that read otherwise are never
// called intact, and whatever cannot be read is an answer or an ordinary failure.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { OperatorError } from "../../src/domain/errors.ts";
import { seededRandom } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { changeSomething, claimed, FIXED, firing, openRoom, type Room } from "../store/room.ts";

const SEED = 7;
const FLIPS = 400;
const TABLES = ["audit_events", "audit_head", "tickets", "sessions", "journal", "approvals"];

async function writeSome({ store, path }: Room): Promise<Uint8Array> {
  for (const entity of ["one", "two", "three"]) {
    await store.recordViolations([firing({ entity })]);
    const { ticket, session } = await claimed(store);
    await changeSomething(store, session.id);
    const operation = { action: "start", note: "x".repeat(500) };
    await store.requestApproval({ sessionId: session.id, operation, reason: "", expiresInMs: 9 });
    await store.concludeTicket(session.id, FIXED);
    await store.verifyTicket(ticket.id, "it holds");
  }
  store[Symbol.dispose]();
  using db = new Database(path);
  db.run("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE");
  return readFileSync(path);
}

/** Every value of every row; or that it cannot be read. */
function contentOf(path: string): string {
  try {
    using db = new Database(path, { readonly: true });
    const rows = TABLES.map((table) => {
      return db.query(`SELECT rowid AS place, * FROM ${table} NOT INDEXED ORDER BY rowid`).all();
    });
    return JSON.stringify(rows);
  } catch {
    return "unreadable";
  }
}

async function verdictOf({ path, clock }: Room): Promise<string> {
  try {
    using store = TicketOpsDB.open({ path, clock });
    return (await store.verifyAudit()).state;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return error.code;
  }
}

test(`no flipped bit goes unnoticed (seed ${SEED})`, async () => {
  await using room = await openRoom();
  const bytes = await writeSome(room);
  const random = seededRandom(SEED);
  const whole = contentOf(room.path);
  let broken = 0;
  for (let flip = 0; flip < FLIPS; flip += 1) {
    const [offset, bit] = [Math.floor(random() * bytes.length), Math.floor(random() * 8)];
    const changed = Uint8Array.from(bytes);
    changed[offset] = (changed[offset] ?? 0) ^ (1 << bit);
    for (const suffix of ["-wal", "-shm"]) rmSync(room.path + suffix, { force: true });
    writeFileSync(room.path, changed);
    const isOtherwise = contentOf(room.path) !== whole;
    const verdict = await verdictOf(room);
    if (isOtherwise) expect(verdict, `bit ${bit} of byte ${offset}`).not.toBe("intact");
    if (verdict !== "intact") broken += 1;
  }
  expect(broken).toBeGreaterThan(FLIPS / 10);
}, 120_000);
