// The first hundred bytes of a database: whichever of them is another, it is said.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { verifiedFile } from "../../src/commands/audit-verify.ts";
import { headerProblem } from "../../src/store/file-header.ts";
import { firing, openRoom, type Room } from "../store/room.ts";
import { commandContext } from "../support/command-context.ts";

const HEADER_BYTES = 100;

/** As the last process leaves it: one file. */
async function closed(room: Room): Promise<Buffer> {
  await room.store.recordViolations([firing()]);
  room.store[Symbol.dispose]();
  return readFileSync(room.path);
}

/** `broken`, or what is said of a file that is intact. */
async function verdictOf({ path }: Room, bytes: Uint8Array): Promise<string> {
  for (const suffix of ["-wal", "-shm"]) rmSync(path + suffix, { force: true });
  writeFileSync(path, bytes);
  const context = commandContext({ typed: [], env: {}, self: [], print: () => undefined });
  const found = await verifiedFile({ ...context, flags: { db: path } });
  return found.state === "broken" ? "broken" : found.notes.join("; ");
}

test("each byte of it with any one bit changed is broken, or named", async () => {
  await using room = await openRoom();
  const bytes = await closed(room);
  expect(await verdictOf(room, bytes)).toBe("");
  for (let at = 0; at < HEADER_BYTES; at += 1) {
    const changed = Uint8Array.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    expect(await verdictOf(room, changed), `byte ${at}`).not.toBe("");
  }
}, 60_000);

test("whatever a byte of it becomes, it is no known header any more", async () => {
  await using room = await openRoom();
  const header = (await closed(room)).subarray(0, HEADER_BYTES);
  expect(headerProblem(header)).toBeUndefined();
  const known = [18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 44, 45, 46, 47, 48, 49, 50, 51, 56, 57];
  for (const at of [...known, 58, 59, 64, 65, 66, 67, 72, 80, 91, 92, 93, 94, 95]) {
    for (let other = 1; other < 256; other += 1) {
      const changed = Buffer.from(header);
      changed[at] = (changed[at] ?? 0) ^ other;
      expect(headerProblem(changed), `byte ${at}`).toMatchObject({ row: "the file" });
    }
  }
});

test("of a copy that SQLite made it is said what was not looked at", async () => {
  await using room = await openRoom();
  await closed(room);
  const db = new Database(room.path);
  const copy = `${room.path}.copy`;
  db.run(`VACUUM INTO '${copy}'`);
  db.close();
  expect(await verdictOf(room, readFileSync(copy))).toMatch(
    /^its header says that another program wrote it.*; bytes that no row uses were not looked at$/,
  );
});
