// A file that was let go by who worked on it: any byte of it that is another is found, wherever.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { OperatorError } from "../../src/domain/errors.ts";
import { seededRandom } from "../../src/infra/clock.ts";
import { verifyAudit } from "../../src/store/audit-verify.ts";
import { isDamage } from "../../src/store/database-error.ts";
import { formOf } from "../../src/store/file-at-rest.ts";
import { lookAtBytes } from "../../src/store/unused-bytes.ts";
import { openRoom, openTicket, type Room } from "../store/room.ts";
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
  await room.store.expireLeases();
  expect(form()).toBe("at_rest");
  await openTicket(room.store, "another");
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
      if (commits === 1) void openTicket(other.store);
    },
  });
  room.store[Symbol.dispose]();
  using db = new Database(other.path);
  expect({ commits, ...formOf(db) }).toMatchObject({ form: "in_use" });
  expect(await other.store.verifyAudit()).toMatchObject({ state: "intact", notes: [] });
});

test("once nobody has written for a while it is at rest, and needs no log", async () => {
  await using agent = await openRoom({ isLeftAtRest: true });
  await using monitor = await openRoom({ path: agent.path, isLeftAtRest: true });
  const look = async (afterMs: number) => {
    monitor.clock.advance(afterMs);
    await monitor.store.expireLeases();
    using db = new Database(agent.path);
    return formOf(db).form;
  };
  await openTicket(monitor.store, "one");
  expect(await look(0)).toBe("in_use");
  expect(await look(14_000)).toBe("in_use");
  await openTicket(agent.store, "two");
  expect(await look(14_000)).toBe("in_use");
  expect(await look(15_000)).toBe("at_rest");
  expect(statSync(`${agent.path}-wal`).size).toBe(0);
  const bytes = readFileSync(agent.path);
  const copy = `${agent.path}.copy`;
  expect(verdictOf(copy, bytes)).toBe("intact");
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  expect(verdictOf(copy, bytes)).toBe("broken");
  await openTicket(agent.store, "three");
  expect(await look(0)).toBe("in_use");
  expect(await agent.store.verifyAudit()).toMatchObject({ state: "intact", notes: [] });
});

test("while nobody writes it is written anew once, whoever looks", async () => {
  await using agent = await openRoom({ isLeftAtRest: true });
  await using monitor = await openRoom({ path: agent.path, isLeftAtRest: true });
  await openTicket(monitor.store);
  const look = async () => {
    for (const { clock, store } of [agent, monitor]) {
      clock.advance(16_000);
      await store.expireLeases();
    }
    using db = new Database(agent.path);
    return formOf(db);
  };
  await look();
  const found = await look();
  expect(found.form).toBe("at_rest");
  for (let times = 0; times < 3; times += 1) expect(await look()).toEqual(found);
});

test("who was killed while writing it anew is not waited for after a lull", async () => {
  await using killed = await openRoom();
  await using room = await openRoom({ path: killed.path, isLeftAtRest: true });
  await openTicket(room.store);
  using db = new Database(killed.path);
  db.run("UPDATE file_form SET form = 'rewriting', schema_version = schema_version + 1");
  const look = async () => {
    room.clock.advance(16_000);
    await room.store.expireLeases();
    return formOf(db).form;
  };
  expect(await look()).toBe("rewriting");
  expect(await look()).toBe("at_rest");
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact", notes: [] });
});

test("two that let it go at once do not write it anew one into the other", async () => {
  await using other = await openRoom({ isLeftAtRest: true });
  await openTicket(other.store);
  const moments: string[] = [];
  await using room = await openRoom({
    path: other.path,
    isLeftAtRest: true,
    onCommit: (moment) => {
      moments.push(moment);
      if (moments.length === 2) other.store[Symbol.dispose]();
      // As if it were killed before it could say that the file is at rest.
      if (moments.length === 3) throw new OperatorError("database", "killed");
    },
  });
  room.store[Symbol.dispose]();
  using db = new Database(other.path);
  expect(formOf(db).form).toBe("rewriting");
  expect(lookAtBytes(db)).toEqual({ problem: undefined, notes: [] });
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
