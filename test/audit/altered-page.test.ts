// A page that quotes a row which somebody has changed says so before anything else.
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { runAudit } from "../../src/commands/audit.ts";
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

for (const words of [
  ["explain", "1"],
  ["show", "last"],
]) {
  test(`audit ${words[0]}, of rows as written, and of a word that is another`, async () => {
    const db = copyOf(join(world.home, "tickets.db"), join(room.home, `${words[0]}.db`));
    const before = await room.run(runAudit, words, { db });
    expect(before.exitCode).toBe(0);
    expect(before.lines.join("\n")).not.toContain("ALTERED");
    expect(before.lines.join("\n")).toContain("not at noon");
    using open = new Database(db);
    const { id } = open
      .query<{ id: number }, []>(
        `UPDATE audit_events SET content = replace(content, 'not at noon', 'not today')
        WHERE type = 'approval_decided' RETURNING id`,
      )
      .get() ?? { id: 0 };
    const after = await room.run(runAudit, words, { db });
    expect(after.exitCode).toBe(3);
    expect(after.lines[0]).toStartWith(`ALTERED: row ${id} is not as it was written: `);
    const forPrograms = await room.run(runAudit, words, { db, json: true });
    expect(JSON.parse(forPrograms.lines.join(""))).toMatchObject({ altered_row: id });
  });
}
