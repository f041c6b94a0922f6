// The bytes of a database that no row uses: one that is changed there is found, and what SQLite
// itself leaves between its rows is never called a change.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { seededRandom } from "../../src/infra/clock.ts";
import { verifyAudit } from "../../src/store/audit-verify.ts";
import { loneByte } from "../../src/store/lone-byte.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { lookAtBytes } from "../../src/store/unused-bytes.ts";
import { changeSomething, claimed, FIXED, firing, openRoom, type Room } from "../store/room.ts";
import { asking } from "../support/asking.ts";

const SEED = 5;

async function writeIncident({ store }: Room, entity: string, text: string): Promise<void> {
  await store.recordViolations([firing({ entity })]);
  const { ticket, session } = await claimed(store);
  const said = { ticketId: ticket.id, sessionId: session.id, content: { text } };
  await store.appendAudit({ type: "model_replied", ...said });
  await changeSomething(store, session.id);
  await store.requestApproval(asking(session.id));
  await store.appendAudit({ type: "tool_result", ...said });
  await store.concludeTicket(session.id, FIXED);
  await store.verifyTicket(ticket.id, "it holds");
}

/** As the last process leaves it: one file. */
async function closed(room: Room): Promise<Buffer> {
  room.store[Symbol.dispose]();
  using db = new Database(room.path);
  db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  return readFileSync(room.path);
}

async function verdictOf({ path, clock }: Room, bytes: Uint8Array): Promise<unknown> {
  for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
  writeFileSync(path, bytes);
  using store = TicketOpsDB.open({ path, clock });
  return await store.verifyAudit();
}

function problemIn(path: string): unknown {
  using db = new Database(path, { readonly: true });
  return lookAtBytes(db).problem;
}

test(`of bytes that are zero, hardly one is changed unnoticed (seed ${SEED})`, async () => {
  await using room = await openRoom();
  for (const entity of ["one", "two", "three"])
    await writeIncident(room, entity, "x".repeat(5_000));
  const bytes = await closed(room);
  const random = seededRandom(SEED);
  const zeros = [...bytes.keys()].filter((at) => bytes[at] === 0);
  const flips = 120;
  let unnoticed = 0;
  for (let flip = 0; flip < flips; flip += 1) {
    const at = zeros[Math.floor(random() * zeros.length)] ?? 0;
    const changed = Uint8Array.from(bytes);
    changed[at] = 1 + Math.floor(random() * 255);
    const verdict = await verdictOf(room, changed);
    if (JSON.stringify(verdict).includes(`"intact"`)) {
      unnoticed += 1;
    }
  }
  // Where a page was filled anew from its neighbours, and behind the last pointer of a page.
  expect(unnoticed).toBeLessThan(flips / 15);
}, 60_000);

test("a byte in a gap, behind a long value, in a free page, behind the end", async () => {
  await using room = await openRoom();
  await writeIncident(room, "one", "x".repeat(50_000));
  await room.store.compactAudit({ cutoffMs: room.clock.now() + 1, afterId: 0 });
  await writeIncident(room, "two", "y".repeat(4_100));
  const bytes = await closed(room);
  const pages = Array.from({ length: bytes.length / 4_096 }, (_, page) => page * 4_096);
  const isZero = (from: number, to: number) => bytes.subarray(from, to).every((byte) => byte === 0);
  const free = pages.find((page) => isZero(page, page + 4_096)) ?? 0;
  const behind = pages.find(
    (page) => bytes[page + 100] === 0x79 && isZero(page + 4_000, page + 4_096),
  );
  for (const at of [free + 9, (behind ?? 0) + 4_095, 3_000]) {
    const changed = Uint8Array.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 0x41;
    expect(await verdictOf(room, changed), `byte ${at}`).toMatchObject({
      state: "broken",
      row: "the file",
      reason: expect.stringMatching(
        /^byte \d+ of its page \d+( \(of .+\))?, which no row uses, was changed$/,
      ),
    });
  }
  expect(await verdictOf(room, bytes)).toMatchObject({ state: "intact" });
  appendFileSync(room.path, "more");
  expect(problemIn(room.path)).toMatchObject({ row: "the file" });
});

test(`nothing that the store itself leaves is a change (seed ${SEED})`, async () => {
  await using room = await openRoom();
  const random = seededRandom(SEED);
  for (let incident = 0; incident < 120; incident += 1) {
    const length = 10 ** (1 + Math.floor(random() * 4));
    await writeIncident(room, `entity-${incident}`, "x".repeat(random() * length));
    if (incident % 10 === 0) expect(problemIn(room.path), `after ${incident}`).toBeUndefined();
    if (incident % 40 === 39) {
      await room.store.compactAudit({ cutoffMs: room.clock.now() + 1, afterId: 0 });
      await room.store.shrinkFile();
    }
  }
  const copy = `${room.path}.copy`;
  using db = new Database(room.path);
  db.run(`VACUUM INTO '${copy}'`);
  expect(problemIn(copy)).toBeUndefined();
  db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  expect(problemIn(room.path)).toBeUndefined();
}, 60_000);

test("amid zeros of a page that was filled anew a lone byte is named, if not judged", async () => {
  await using room = await openRoom();
  for (let number = 0; number < 30; number += 1) {
    await writeIncident(room, `entity-${number}`, "x".repeat(200));
  }
  const bytes = await closed(room);
  const db = new Database(room.path);
  const found = db.query("SELECT rootpage FROM sqlite_schema WHERE name = 'approvals'").values();
  db.close();
  // Its last leaf, as its root names it; in the middle between pointers and cells.
  const leaf = (bytes.readUInt32BE((Number(found.flat()[0]) - 1) * 4_096 + 8) - 1) * 4_096;
  const pointersEnd = 8 + 2 * bytes.readUInt16BE(leaf + 3);
  const changed = Uint8Array.from(bytes);
  changed[leaf + Math.floor((pointersEnd + bytes.readUInt16BE(leaf + 5)) / 2)] = 17;
  expect(await verdictOf(room, changed)).toMatchObject({
    state: "intact",
    notes: [
      expect.stringMatching(
        /\(of table approvals, .*\), which no row uses, is left of an old row, or was changed/,
      ),
    ],
  });
});

test("a free block that was the last of its page is none", () => {
  const page = Buffer.alloc(4_096);
  const gap = { from: 100, to: 3_000 };
  page.writeUInt16BE(200, 1_002);
  expect(loneByte(page, gap)).toBe(1_003);
  page.writeUInt8(1, 1_201);
  expect(loneByte(page.fill(9, 1_202, 1_300), gap)).toBeUndefined();
  page.fill(0).writeUInt16BE(200, 2_902);
  expect(loneByte(page, gap)).toBeUndefined();
});

test("whose page it is is said, and which row is nearest", async () => {
  await using room = await openRoom();
  for (const entity of ["one", "two", "three"]) await writeIncident(room, entity, "x".repeat(900));
  const bytes = await closed(room);
  const roots = (name: string) => {
    using db = new Database(room.path);
    return db.query("SELECT rootpage FROM sqlite_schema WHERE name = ?").values(name).flat();
  };
  const [tickets, states] = [...roots("tickets"), ...roots("tickets_by_state")].map(Number);
  for (const [page = 0, owner] of [
    [tickets, "table tickets, beside its row 3"],
    [states, "index tickets_by_state"],
  ] as const) {
    const changed = Uint8Array.from(bytes);
    changed[(page - 1) * 4_096 + 1_000] = 7;
    expect(await verdictOf(room, changed)).toMatchObject({
      reason: `byte 1000 of its page ${page} (of ${owner}), which no row uses, was changed`,
    });
  }
});

test("a file that is exchanged while it is read is broken, and no defect of ours", async () => {
  await using room = await openRoom();
  await writeIncident(room, "one", "x".repeat(500));
  const bytes = await closed(room);
  using db = new Database(room.path);
  const call = { db, nowMs: 0, rules: { attemptsMax: 1, backoffMs: 1, backoffMsMax: 1 } };
  const verify = () =>
    verifyAudit({ ...call, rules: { ...call.rules, randomId: String }, appended: [] });
  expect(verify().state).toBe("intact");
  for (const other of [
    bytes.map((byte, at) => (at < 4_096 ? byte : 9)),
    bytes.subarray(0, 9_000),
  ]) {
    rmSync(room.path);
    writeFileSync(room.path, other);
    expect(verify()).toMatchObject({ state: "broken", row: "the file" });
  }
});

test("of a file that once was written without secure_delete nothing is said", async () => {
  await using room = await openRoom();
  await writeIncident(room, "one", "x".repeat(500));
  const bytes = await closed(room);
  bytes.writeUInt32BE(0, 52);
  bytes.writeUInt32BE(0, 64);
  bytes[3_000] = 7;
  writeFileSync(room.path, bytes);
  expect(problemIn(room.path)).toBeUndefined();
});

test("nor are two that fragments kept apart when the last entry went", async () => {
  await using room = await openRoom();
  await writeIncident(room, "one", "short");
  const bytes = await closed(room);
  const db = new Database(room.path);
  const [root] = db
    .query("SELECT rootpage FROM sqlite_schema WHERE name = 'tickets_one_live'")
    .values()
    .flat();
  db.close();
  const page = (Number(root) - 1) * 4_096;
  const withHeads = (...heads: readonly [at: number, next: number, size: number][]) => {
    const changed = Buffer.from(bytes);
    for (const [at, next, size] of heads) {
      changed.writeUInt16BE(next, page + at);
      changed.writeUInt16BE(size, page + at + 2);
    }
    return changed;
  };
  const last = [3_879, 0, 217] as const;
  for (const size of [52, 58, 0]) {
    const left = withHeads([3_821, 3_879, size], [...last]);
    expect(await verdictOf(room, left)).toMatchObject({ state: "intact" });
  }
  for (const [next, size] of [
    [3_879, 59],
    [4_000, 52],
    [3_840, 0],
    [3_800, 52],
  ] as const) {
    const changed = withHeads([3_821, next, size], [...last]);
    expect(await verdictOf(room, changed)).toMatchObject({
      reason: expect.stringMatching(/\(of index tickets_one_live.*\), which no row uses/),
    });
  }
});
