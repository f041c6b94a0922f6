// A file that was at rest, and is in use: what was written since lies in the log beside it. A byte
// of the file that is another is found also where the log has another page for it.
import { expect, test } from "bun:test";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { seededRandom } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { openRoom, type Room } from "../store/room.ts";
import { hurriedClock } from "../support/hurried-clock.ts";
import { incident } from "./said-incident.ts";

const SEED = 5;
const FLIPS = 120;
// sqlite.org/fileformat2.html, section 4.
const PAGE_BYTES = 4_096;
const FRAME_HEAD_BYTES = 24;
const FRAME_BYTES = FRAME_HEAD_BYTES + PAGE_BYTES;

/** Three incidents, a lull, and one more: as a kill in its midst leaves it. */
async function killedAtWork(room: Room): Promise<string> {
  for (const entity of ["one", "two", "three"]) await incident(room, { entity, end: "verified" });
  for (let times = 0; times < 2; times += 1) {
    room.clock.advance(16_000);
    await room.store.expireLeases();
  }
  await incident(room, { entity: "four", end: "verified" });
  const path = `${room.path}.killed`;
  for (const ending of ["", "-wal", "-shm"]) copyFileSync(room.path + ending, path + ending);
  return path;
}

function* frameStarts(log: Buffer): Generator<number> {
  for (let start = 32; start + FRAME_BYTES <= log.length; start += FRAME_BYTES) yield start;
}

/** Without the first, whose beginning is the header. */
function pagesOfBoth(bytes: Buffer, log: Buffer): readonly number[] {
  const numbers = [...frameStarts(log)].map((start) => log.readUInt32BE(start));
  const isInFile = (page: number) => page > 1 && page * PAGE_BYTES <= bytes.length;
  return [...new Set(numbers)].filter(isInFile);
}

async function verdictOn(path: string, bytes: Uint8Array, log: Uint8Array) {
  writeFileSync(path, bytes);
  writeFileSync(`${path}-wal`, log);
  try {
    using store = TicketOpsDB.open({ path, clock: hurriedClock(), isReading: true });
    return await store.verifyAudit();
  } catch {
    return { state: "broken" } as const;
  }
}

test(`any byte below the log is known (seed ${SEED})`, async () => {
  await using room = await openRoom({ isLeftAtRest: true });
  const path = await killedAtWork(room);
  const [bytes, log] = [readFileSync(path), readFileSync(`${path}-wal`)];
  expect(await verdictOn(path, bytes, log)).toMatchObject({ state: "intact", notes: [] });
  const random = seededRandom(SEED);
  for (let flip = 0; flip < FLIPS; flip += 1) {
    // Behind the header, whose counts tell only who wrote last.
    const at = 100 + Math.floor(random() * (bytes.length - 100));
    const changed = Uint8Array.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ (1 << (flip % 8));
    expect((await verdictOn(path, changed, log)).state, `byte ${at}`).toBe("broken");
  }
}, 60_000);

test("what the log has another page for is said to be below it", async () => {
  await using room = await openRoom({ isLeftAtRest: true });
  const path = await killedAtWork(room);
  const [bytes, log] = [readFileSync(path), readFileSync(`${path}-wal`)];
  for (const page of pagesOfBoth(bytes, log)) {
    // Cells are laid from the end of a page on.
    const changed = Buffer.from(bytes);
    const at = page * PAGE_BYTES - 1;
    changed.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    const told = JSON.stringify(await verdictOn(path, changed, log));
    // Of one page the last byte is the count of changes of the schema, which is no row's.
    expect(told, `page ${page}`).toMatch(/below its log\)"|says that another program wrote it/);
  }
});

test("a log that somebody has begun to write into the file is no alteration", async () => {
  await using room = await openRoom({ isLeftAtRest: true });
  const path = await killedAtWork(room);
  const [bytes, log] = [readFileSync(path), readFileSync(`${path}-wal`)];
  const page = pagesOfBoth(bytes, log).at(-1) ?? 0;
  const frame = [...frameStarts(log)].findLast((start) => log.readUInt32BE(start) === page) ?? 0;
  log.copy(bytes, (page - 1) * PAGE_BYTES, frame + FRAME_HEAD_BYTES, frame + FRAME_BYTES);
  expect(bytes).not.toEqual(readFileSync(path));
  expect(await verdictOn(path, bytes, log)).toMatchObject({ state: "intact" });
});

test("who only reads leaves the file and its log as they were", async () => {
  await using room = await openRoom({ isLeftAtRest: true });
  const path = await killedAtWork(room);
  const files = () => ["", "-wal"].map((ending) => readFileSync(path + ending));
  const before = files();
  {
    using store = TicketOpsDB.open({ path, clock: hurriedClock(), isReading: true });
    expect(await store.listTickets({ limit: 9 })).toHaveLength(4);
    expect(await store.verifyAudit()).toMatchObject({ state: "intact" });
  }
  expect(files()).toEqual(before);
});
