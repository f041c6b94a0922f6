// A file that was let go by who worked on it: any byte of it that is another is found, wherever.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { seededRandom } from "../../src/infra/clock.ts";
import { verifyAudit } from "../../src/store/audit-verify.ts";
import { isDamage } from "../../src/store/database-error.ts";
import { formOf } from "../../src/store/file-at-rest.ts";
import { lookAtBytes } from "../../src/store/unused-bytes.ts";
import { openRoom, type Room } from "../store/room.ts";
import { incident } from "./said-incident.ts";

const SEED = 11;
const FLIPS = 200;

/** Rows that come and go, grow, are compacted, and are let go. */
async function worked(room: Room, isCompacted = true): Promise<Buffer> {
  for (let number = 0; number < 12; number += 1) {
    await incident(room, {
      entity: `one-${number}`,
      end: number % 3 === 0 ? "escalated" : "verified",
    });
  }
  if (isCompacted) await room.store.compactAudit({ cutoffMs: room.clock.now(), afterId: 0 });
  room.store[Symbol.dispose]();
  return readFileSync(room.path);
}

function verdictOf(path: string, bytes: Uint8Array): string {
  for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
  writeFileSync(path, bytes);
  const rules = { attemptsMax: 1, backoffMs: 1, backoffMsMax: 1, randomId: String };
  try {
    using db = new Database(path);
    return verifyAudit({ db, nowMs: 0, rules, appended: [] }).state;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return "broken";
  }
}

test(`any byte that is another is found (seed ${SEED})`, async () => {
  await using room = await openRoom({ isLeftAtRest: true });
  const bytes = await worked(room);
  const random = seededRandom(SEED);
  const copy = `${room.path}.copy`;
  expect(verdictOf(copy, bytes)).toBe("intact");
  // Behind the header, of which another test knows each byte; most of what is zero no row uses.
  const zeros = [...bytes.keys()].filter((at) => at >= 100 && bytes[at] === 0);
  for (let flip = 0; flip < FLIPS; flip += 1) {
    const at = zeros[Math.floor(random() * zeros.length)] ?? 0;
    const changed = Uint8Array.from(bytes);
    changed[at] = 1 << (flip % 8);
    expect(verdictOf(copy, changed), `${changed[at]} at ${at}`).toBe("broken");
  }
}, 60_000);

test("who writes to it afterwards leaves it in use, and who lets it go then at rest", async () => {
  await using room = await openRoom({ isLeftAtRest: true });
  await worked(room, false);
  const form = () => {
    using db = new Database(room.path);
    return formOf(db).form;
  };
  expect(form()).toBe("at_rest");
  await room.store.recordViolations([]);
  expect(form()).toBe("in_use");
  room.store[Symbol.dispose]();
  expect(form()).toBe("at_rest");
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact", notes: [] });
});

test("where somebody writes in the middle of it, it stays in use", async () => {
  await using other = await openRoom();
  let commits = 0;
  await using room = await openRoom({
    path: other.path,
    isLeftAtRest: true,
    onCommit: (moment) => {
      if (moment === "before") return;
      commits += 1;
      if (commits === 1) void other.store.recordViolations([]);
    },
  });
  room.store[Symbol.dispose]();
  using db = new Database(other.path);
  expect({ commits, ...formOf(db) }).toMatchObject({ form: "in_use" });
  expect(await other.store.verifyAudit()).toMatchObject({ state: "intact", notes: [] });
});

test("what another SQLite has written anew is not held against what ours would write", async () => {
  await using room = await openRoom({ isLeftAtRest: true });
  const bytes = await worked(room);
  // In the middle between pointers and cells of the schema's last leaf, as another layout may be.
  const leaf = (bytes.readUInt32BE(108) - 1) * 4_096;
  const pointersEnd = 8 + 2 * bytes.readUInt16BE(leaf + 3);
  const at = leaf + Math.floor((pointersEnd + bytes.readUInt16BE(leaf + 5)) / 2);
  bytes.writeUInt16BE(0x1111, at);
  const copy = `${room.path}.copy`;
  expect(verdictOf(copy, bytes)).toBe("broken");
  bytes.writeUInt8(bytes.readUInt8(98) ^ 1, 98);
  writeFileSync(copy, bytes);
  using db = new Database(copy);
  expect(lookAtBytes(db)).toEqual({
    problem: undefined,
    notes: [expect.stringMatching(/^its header says that SQLite 3\.\S+ wrote to it last/)],
  });
});
