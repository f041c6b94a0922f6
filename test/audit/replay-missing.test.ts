// A record from which a row was taken out is not replayed, whether the loop depends on it or not:
// its first, one in the middle, its last; in the database and in an export.
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runAudit } from "../../src/commands/audit.ts";
import { jsonLine } from "../../src/commands/tickets-json.ts";
import type { AuditEvent } from "../../src/domain/audit.ts";
import { linkOf } from "../../src/store/audit-stored.ts";
import { misfitIn } from "../../src/store/checked-events.ts";
import { openWorld, type World } from "../agent/world.ts";
import { type DeskRoom, openDeskRoom, type Ran } from "../commands/desk-room.ts";
import { oldDatabase, SESSION } from "../store/old-database.ts";
import { copyOf } from "../support/rechain.ts";
import { actCall, concludeCall, says, shellCall } from "../support/scripted-model.ts";
import { RECORDED_SESSION } from "./record-fixture.ts";

let world: World;
let room: DeskRoom;
let own: readonly AuditEvent[];
let copies = 0;

beforeAll(async () => {
  room = await openDeskRoom();
  world = openWorld({
    script: [
      says(shellCall("echo looking")),
      async () => {
        // Of another ticket: between the rows of the session.
        await world.openTicket("right");
        return says(actCall("switch_on", "left"));
      },
      says(concludeCall("cannot_fix")),
    ],
    mode: "approve",
  });
  await world.openTicket();
  const running = world.run();
  await world.untilLine(/waiting for approval/);
  await world.store.decideApproval(1, "approved");
  await running;
  own = await world.store.eventsOf({ sessionId: (await world.session()).id });
});
afterAll(async () => {
  world[Symbol.dispose]();
  await room[Symbol.asyncDispose]();
});

function copied(): string {
  copies += 1;
  return copyOf(join(world.home, "tickets.db"), join(room.home, `copy-${copies}.db`));
}

function replay(flags: Record<string, string>): Promise<Ran> {
  return room.run(runAudit, ["replay", "last"], flags);
}

async function exportedLines(whose: Record<string, string>): Promise<readonly string[]> {
  const out = join(room.home, "whole.jsonl");
  await room.run(runAudit, ["export"], { db: join(world.home, "tickets.db"), out, ...whose });
  return readFileSync(out, "utf8").trimEnd().split("\n");
}

function replayLines(lines: readonly string[]): Promise<Ran> {
  const from = join(room.home, "some.jsonl");
  writeFileSync(from, `${lines.join("\n")}\n`);
  return replay({ from });
}

const NAMED =
  /^session \S+ is not replayed: (row|line) \d+ (of the file )?is not as it was written/;

test("any row that is gone from the database is missed, and named", async () => {
  expect(await replay({ db: copied() })).toMatchObject({ exitCode: 0 });
  for (const { id } of own) {
    const db = copied();
    using open = new Database(db);
    open.run("DELETE FROM audit_events WHERE id = ?", [id]);
    const { exitCode, lines } = await replay({ db });
    expect(exitCode, `without row ${id}`).toBe(3);
    expect(lines.join("")).toContain(`row ${id} is not as it was written: `);
  }
});

test("all of them gone, or the last ones with the chain's head set back", async () => {
  const last = own.at(-1)?.id ?? 0;
  for (const [sql, named] of [
    [
      "DELETE FROM audit_events WHERE session_id NOT NULL",
      "row 2 is not as it was written: it is missing",
    ],
    [
      `DELETE FROM audit_events WHERE id >= ${last - 1};
      UPDATE audit_head SET (event_id, hash) =
        (SELECT id, hash FROM audit_events ORDER BY id DESC LIMIT 1)`,
      "its session has come to something else since, and no row tells of it",
    ],
  ] as const) {
    const db = copied();
    using open = new Database(db);
    open.run(sql);
    const { exitCode, lines } = await replay({ db });
    expect(exitCode).toBe(3);
    expect(lines.join("")).toContain(named);
  }
});

const SELECTIONS: readonly Record<string, string>[] = [{ session: "last" }, { ticket: "1" }, {}];
for (const whose of SELECTIONS) {
  test(`any line that is gone from an export of ${JSON.stringify(whose)}`, async () => {
    const lines = await exportedLines(whose);
    expect(await replayLines(lines)).toMatchObject({ exitCode: 0 });
    for (const [index, line] of lines.entries()) {
      const { exitCode, lines: said } = await replayLines(lines.toSpliced(index, 1));
      expect(exitCode, `without ${line.slice(0, 80)}`).toBe(3);
      expect(said.join("")).toMatch(NAMED);
    }
  });
}

test("an export that was cut off, or of which a letter is another", async () => {
  const lines = await exportedLines({ session: "last" });
  for (let length = 1; length < lines.length; length += 1) {
    const { exitCode } = await replayLines(lines.slice(0, length));
    expect(exitCode, `${length} lines`).toBe(3);
  }
  for (const [index, line] of lines.entries()) {
    for (const [from, to] of [
      ['"', "'"],
      ["e", "f"],
    ] as const) {
      const { exitCode, lines: said } = await replayLines(
        lines.with(index, line.replace(from, to)),
      );
      expect(exitCode, `line ${index + 1}`).toBe(3);
      expect(said.join("")).toMatch(NAMED);
    }
  }
});

test("an older export whose last rows are gone, though its session ended", async () => {
  const lines = readFileSync(RECORDED_SESSION, "utf8").trimEnd().split("\n");
  const end = lines.findIndex((line) => line.includes('"type":"session_ended"'));
  const { exitCode, lines: said } = await replayLines(lines.slice(0, end));
  expect(exitCode).toBe(3);
  expect(said.join("")).toEndWith("it says that the session ended, and no row does");
});

test("what stands in an export of others is no more than the chain needs", async () => {
  const lines = await exportedLines({ session: "last" });
  const others = lines.filter((line) => line.startsWith('{"kind":"between"'));
  expect(others.map((line) => JSON.parse(line))).toMatchObject([
    { type: "ticket_opened", ticket_id: 2, content_hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);
  expect(JSON.parse(others.join(""))).not.toHaveProperty("content");
});

test("a row of the session whose content is hidden as those of others are", async () => {
  const lines = await exportedLines({ session: "last" });
  const word = own.find(({ type }) => type === "approval_decided");
  if (!word) throw new Error("a person has decided");
  const hidden = jsonLine({ kind: "between", ...linkOf(word) });
  const changed = lines.map((line) => (line.includes('"approval_decided"') ? hidden : line));
  const body = changed.slice(0, -1).map((line) => `${line}\n`);
  const sha256 = new Bun.CryptoHasher("sha256").update(body.join("")).digest("hex");
  const { exitCode, lines: said } = await replayLines([
    ...changed.slice(0, -1),
    jsonLine({ kind: "end", sha256 }),
  ]);
  expect(exitCode).toBe(3);
  expect(said.join("")).toEndWith(
    `row ${word.id} is not as it was written: its content is missing`,
  );
});

test("an older export is replayed, and says what its gaps may hide", async () => {
  expect((await replay({ from: RECORDED_SESSION })).lines.join("")).not.toContain("older one");
  const lines = (await exportedLines({ session: "last" }))
    .filter((line) => !/^{"kind":"(between|end)"/.test(line))
    .map((line) => line.replace('"version":2', '"version":1'));
  const { exitCode, lines: said } = await replayLines(lines);
  expect(exitCode).toBe(0);
  expect(said.join("")).toEndWith("that no row of its own was taken out, too");
  const part = lines.findIndex((line) => line.includes('"part":2'));
  const { exitCode: without, lines: named } = await replayLines(lines.toSpliced(part, 1));
  expect(without).toBe(3);
  expect(named.join("")).toEndWith("it is part 3 of the record, and part 2 is missing");
});

test("rows of the first version, without a hash of their content, come first", async () => {
  await using old = await oldDatabase();
  for (const text of ["one", "two"]) {
    const row = {
      type: "tool_result",
      ticketId: 1,
      sessionId: SESSION,
      content: { text },
    } as const;
    await old.store.appendAudit(row);
  }
  const links = (await old.store.eventsOf({})).map(linkOf);
  const isOld = links.map(({ contentHash }) => contentHash === null);
  expect(isOld).toEqual([true, true, true, true, false, false]);
  expect(misfitIn(links, { isGapless: true })).toBeUndefined();
  const hidden = links.map((link) => (link.id === 6 ? { ...link, contentHash: null } : link));
  expect(misfitIn(hidden, { isGapless: true })).toMatchObject({ row: 6 });
});
