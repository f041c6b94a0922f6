// A page that quotes a row which somebody has changed says so before anything else.
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { runActions } from "../../src/commands/actions.ts";
import { runAudit } from "../../src/commands/audit.ts";
import { runTickets } from "../../src/commands/tickets.ts";
import type { World } from "../agent/world.ts";
import { type DeskRoom, openDeskRoom } from "../commands/desk-room.ts";
import { copyOf } from "../support/rechain.ts";
import { openDenied } from "./denied-world.ts";

let world: World;
let room: DeskRoom;

beforeAll(async () => {
  room = await openDeskRoom();
  world = await openDenied();
});
afterAll(async () => {
  world[Symbol.dispose]();
  await room[Symbol.asyncDispose]();
});

/** None of them changes an event of the page, and each its story. */
const CHANGES: readonly (readonly [change: string, says: string])[] = [
  ["UPDATE tickets SET opened_at_ms = opened_at_ms - 1", "ticket 1: its content does not"],
  // That it was seen so is in no event.
  ["UPDATE tickets SET last_violated_at_ms = last_violated_at_ms + 1", "ticket 1: its content"],
  ["UPDATE sessions SET model = 'another'", "session \\S+: its content does not give its seal"],
  [
    "UPDATE approvals SET decided_at_ms = decided_at_ms + 1",
    "approval 1: its content does not give its seal",
  ],
  ["DELETE FROM approvals", "approval 1: it is missing: event \\d+ tells of it"],
  ["DELETE FROM audit_events WHERE id = 4", "event 4: row 4 is missing"],
];

const PAGES = {
  "audit explain": { run: runAudit, words: ["explain", "1"] },
  "audit show": { run: runAudit, words: ["show", "last"] },
  "tickets show": { run: runTickets, words: ["show", "1"] },
  "actions show": { run: runActions, words: ["show", "1"] },
};

for (const [page, { run, words }] of Object.entries(PAGES)) {
  const fileOf = (name: string) => join(room.home, `${page.replace(" ", "-")}-${name}.db`);

  test(`${page}, of rows as written, and of a word that is another`, async () => {
    const db = copyOf(join(world.home, "tickets.db"), fileOf("words"));
    const before = await room.run(run, words, { db });
    expect(before.exitCode).toBe(0);
    expect(before.lines.join("\n")).not.toContain("ALTERED");
    // A ticket's history is one of states, not of words.
    if (page !== "tickets show") expect(before.lines.join("\n")).toContain("not at noon");
    using open = new Database(db);
    const { id } = open
      .query<{ id: number }, []>(
        `UPDATE audit_events SET content = replace(content, 'not at noon', 'not today')
        WHERE type = 'approval_decided' RETURNING id`,
      )
      .get() ?? { id: 0 };
    const after = await room.run(run, words, { db });
    expect(after.exitCode).toBe(3);
    expect(after.lines[0]).toStartWith(`ALTERED: row ${id} is not as it was written: `);
    const forPrograms = await room.run(run, words, { db, json: true });
    expect(JSON.parse(forPrograms.lines.join(""))).toMatchObject({ altered_row: id });
  });

  for (const [at, [change, says]] of CHANGES.entries()) {
    // What is gone has no page of its own.
    if (page === "actions show" && change.startsWith("DELETE FROM approvals")) continue;
    test(`${page}, after ${change}`, async () => {
      const db = copyOf(join(world.home, "tickets.db"), fileOf(`${at}`));
      using open = new Database(db);
      open.run("PRAGMA foreign_keys = OFF");
      open.run(change);
      const { exitCode, lines } = await room.run(run, words, { db });
      expect({ exitCode, says: lines[0] }).toEqual({
        exitCode: 3,
        says: expect.stringMatching(new RegExp(`^ALTERED: ${says}.*may not be what happened`)),
      });
      const forPrograms = await room.run(run, words, { db, json: true });
      expect(JSON.parse(forPrograms.lines.join(""))).toMatchObject({ altered_row: null });
    });
  }
}
