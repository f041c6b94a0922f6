// One bit of the file itself is another, wherever it lies: rows that read otherwise are never
// called intact, and whatever cannot be read is an answer or an ordinary failure.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { OperatorError } from "../../src/domain/errors.ts";
import { seededRandom } from "../../src/infra/clock.ts";
import { walProblem } from "../../src/store/audit-wal.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { changeSomething, claimed, FIXED, firing, openRoom, type Room } from "../store/room.ts";
import { asking } from "../support/asking.ts";

const SEED = 7;
const FLIPS = 400;
const TABLES = ["audit_events", "audit_head", "tickets", "sessions", "journal", "approvals"];

async function writeSome({ store, path, clock }: Room): Promise<Uint8Array> {
  for (const entity of ["one", "two", "three"]) {
    await store.recordViolations([firing({ entity })]);
    const { ticket, session } = await claimed(store);
    await changeSomething(store, session.id);
    const operation = { action: "start", note: "x".repeat(500) };
    await store.requestApproval(asking(session.id, { operation }));
    const said = { ticketId: ticket.id, sessionId: session.id, content: operation };
    await store.appendAudit({ type: "tool_result", ...said });
    await store.concludeTicket(session.id, FIXED);
    await store.verifyTicket(ticket.id, "it holds");
  }
  await store.compactAudit({ cutoffMs: clock.now(), afterId: 0 });
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

test(`no flipped bit of the write-ahead log undoes what was written (seed ${SEED})`, async () => {
  await using room = await openRoom();
  for (const entity of ["one", "two", "three"]) {
    await room.store.recordViolations([firing({ entity })]);
  }
  expect(walProblem(room.path)).toBeUndefined();
  const log = readFileSync(`${room.path}-wal`);
  const frameBytes = 24 + log.readUInt32BE(8);
  const random = seededRandom(SEED);
  const copy = `${room.path}.copy`;
  for (let flip = 0; flip < FLIPS; flip += 1) {
    // Without the word of who used it the last frame may be one that a crash left half written.
    const offset = Math.floor(random() * (log.length - frameBytes));
    const changed = Uint8Array.from(log);
    changed[offset] = (changed[offset] ?? 0) ^ (1 << (flip % 8));
    writeFileSync(`${copy}-wal`, changed);
    expect(walProblem(copy), `byte ${offset}`).toMatchObject({ row: "the file" });
  }
});

test("beside the word of its last user, nor does one of its last commit", async () => {
  await using room = await openRoom();
  await room.store.recordViolations([firing()]);
  const [log, index] = [readFileSync(`${room.path}-wal`), readFileSync(`${room.path}-shm`)];
  const frameBytes = 24 + log.readUInt32BE(8);
  const copy = `${room.path}.copy`;
  writeFileSync(`${copy}-shm`, index);
  writeFileSync(`${copy}-wal`, log);
  expect(walProblem(copy)).toBeUndefined();
  for (let offset = log.length - frameBytes; offset < log.length; offset += 97) {
    const changed = Uint8Array.from(log);
    changed[offset] = (changed[offset] ?? 0) ^ (1 << (offset % 8));
    writeFileSync(`${copy}-wal`, changed);
    expect(walProblem(copy), `byte ${offset}`).toMatchObject({ row: "the file" });
  }
  // Of a log that has begun anew since it says nothing.
  index.fill(7, 32, 40).fill(7, 80, 88);
  writeFileSync(`${copy}-shm`, index);
  expect(walProblem(copy)).toBeUndefined();
});

test("a log that ends in the middle of a frame is what a crash leaves", async () => {
  await using room = await openRoom();
  await room.store.recordViolations([firing()]);
  const log = readFileSync(`${room.path}-wal`);
  const copy = `${room.path}.copy`;
  for (const length of [0, 20, 32, 40, log.length - 1_000, log.length - 5_000]) {
    writeFileSync(`${copy}-wal`, log.subarray(0, length));
    expect(walProblem(copy)).toBeUndefined();
  }
});

test("frames of a commit that a crash cut short are no change", async () => {
  await using room = await openRoom();
  await room.store.recordViolations([firing()]);
  const log = readFileSync(`${room.path}-wal`);
  const frame = Buffer.alloc(24 + log.readUInt32BE(8), 7);
  frame.writeUInt32BE(0, 4); // no commit
  log.copy(frame, 8, 16, 24); // the salts of this log
  const copy = `${room.path}.copy`;
  writeFileSync(`${copy}-wal`, Buffer.concat([log, frame, frame]));
  expect(walProblem(copy)).toBeUndefined();
  frame.writeUInt32BE(9, 4);
  writeFileSync(`${copy}-wal`, Buffer.concat([log, frame, frame]));
  expect(walProblem(copy)).toMatchObject({ row: "the file" });
});

async function verdictOf({ path, clock }: Room): Promise<string> {
  try {
    using store = TicketOpsDB.open({ path, clock });
    return (await store.verifyAudit()).state;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return error.code;
  }
}

/** Rejects with what is no ordinary failure, and would be shown as a defect of ours. */
async function readAll({ path, clock }: Room): Promise<void> {
  try {
    using store = TicketOpsDB.open({ path, clock });
    for (const { id } of await store.listTickets({ limit: 9 })) await store.sessionsOf(id);
    await store.eventsOf({});
    await store.listApprovals({});
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
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
    await readAll(room);
    const verdict = await verdictOf(room);
    if (isOtherwise) expect(verdict, `bit ${bit} of byte ${offset}`).not.toBe("intact");
    if (verdict !== "intact") broken += 1;
  }
  expect(broken).toBeGreaterThan(FLIPS / 10);
}, 120_000);
