// A record that is not as it was written is not replayed: much of it the loop does not depend on,
// and would come to the same whatever it says.
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runAudit } from "../../src/commands/audit.ts";
import { openWorld, type World } from "../agent/world.ts";
import { type DeskRoom, openDeskRoom, type Ran } from "../commands/desk-room.ts";
import { copyOf } from "../support/rechain.ts";
import { actCall, concludeCall, reply, says, shellCall } from "../support/scripted-model.ts";

let world: World;
let room: DeskRoom;
let copies = 0;

beforeAll(async () => {
  room = await openDeskRoom();
  const raw = { id: "msg_1", content: [{ type: "tool_use", input: { command: "echo looking" } }] };
  world = openWorld({
    script: [
      reply([shellCall("echo looking")], { raw }),
      says(actCall("switch_on", "left")),
      says(concludeCall("cannot_fix")),
    ],
  });
  await world.openTicket();
  await world.run();
  // Of another ticket: what lies after the session's last row.
  await world.openTicket("right");
});
afterAll(async () => {
  world[Symbol.dispose]();
  await room[Symbol.asyncDispose]();
});

function copied(sql: string): string {
  copies += 1;
  const db = copyOf(join(world.home, "tickets.db"), join(room.home, `copy-${copies}.db`));
  using open = new Database(db);
  open.run(sql);
  return db;
}

function replay(flags: Record<string, unknown>): Promise<Ran> {
  return room.run(runAudit, ["replay", "last"], flags);
}

async function exported(flags: Record<string, string> = {}): Promise<string> {
  copies += 1;
  const out = join(room.home, `export-${copies}.jsonl`);
  await room.run(runAudit, ["export"], { db: join(world.home, "tickets.db"), out, ...flags });
  return out;
}

const ALTERED = /^session \S+ is not replayed: row \d+ is not as it was written: /;

test("a record that nobody has touched is replayed, from database and file", async () => {
  expect(await replay({ db: copied("SELECT 1") })).toMatchObject({ exitCode: 0 });
  expect(await replay({ from: await exported({ session: "last" }) })).toMatchObject({
    exitCode: 0,
  });
  expect(await replay({ from: await exported() })).toMatchObject({ exitCode: 0 });
});

const CHANGES: readonly [type: string, from: string, to: string][] = [
  ["model_replied", `"command":"echo looking"}`, `"command":"rm -rf /var"}`],
  ["model_replied", `"reason":"to repair"`, `"reason":"to destroy"`],
  ["session_concluded", `"outcome":"cannot_fix"`, `"outcome":"fixed"`],
  ["session_ended", `"stopReason":"gave_up"`, `"stopReason":"concluded"`],
  ["step_begun", `"left"`, `"right"`],
  ["ticket_moved", `"reason":"`, `"reason":"not `],
  ["session_started", `"model":"scripted"`, `"model":"another"`],
  ["session_recorded", `"isLast":true`, `"isLast":false`],
];
for (const [type, from, to] of CHANGES) {
  test(`${from} to ${to} in ${type}, in the database and in an export`, async () => {
    const db = copied(
      `UPDATE audit_events SET content = replace(content, '${from}', '${to}')
      WHERE id = (SELECT min(id) FROM audit_events WHERE type = '${type}' AND session_id NOT NULL
        AND instr(content, '${from}') > 0)`,
    );
    const inStore = await replay({ db });
    expect(inStore).toMatchObject({ exitCode: 3, lines: [expect.stringMatching(ALTERED)] });
    const out = await exported({ session: "last" });
    const lines = readFileSync(out, "utf8").split("\n");
    const changed = lines.map((line) => (isOf(type, line) ? line.replace(from, to) : line));
    expect(changed).not.toEqual(lines);
    writeFileSync(out, changed.join("\n"));
    const inFile = await replay({ from: out });
    expect(inFile).toMatchObject({ exitCode: 3, lines: [expect.stringMatching(ALTERED)] });
  });
}

test("the answer names the row, for programs too", async () => {
  const db = copied("UPDATE audit_events SET at_ms = at_ms + 1 WHERE type = 'step_finished'");
  using open = new Database(db);
  const [id] =
    open.query("SELECT id FROM audit_events WHERE type = 'step_finished'").values()[0] ?? [];
  const { lines } = await replay({ db, json: true });
  expect(JSON.parse(lines.join(""))).toMatchObject({
    ...{ state: "altered", row: id },
    reason: "what it holds does not give its hash",
  });
});

for (const [what, sql, words] of [
  ["taken out", "DELETE FROM audit_events WHERE type = 'step_finished'", "it is missing"],
  [
    "cut off with all that came after it",
    `DELETE FROM audit_events
    WHERE id >= (SELECT max(id) FROM audit_events WHERE session_id NOT NULL)`,
    "where the chain ends is not where its head says",
  ],
  [
    "handed to another session",
    "UPDATE audit_events SET session_id = NULL WHERE type = 'step_finished'",
    "what it holds does not give its hash",
  ],
  [
    "chained to another row",
    `UPDATE audit_events SET previous_hash = hash WHERE type = 'step_finished'`,
    "its previous hash is not the hash of the row before",
  ],
  [
    "another altogether",
    `UPDATE audit_events SET content = '{"a":1}' WHERE type = 'step_finished'`,
    "what it holds does not give its hash",
  ],
] as const) {
  test(`a row of the database that is ${what}`, async () => {
    const { exitCode, lines } = await replay({ db: copied(sql) });
    expect(exitCode).toBe(3);
    expect(lines.join("")).toMatch(ALTERED);
    expect(lines.join("")).toEndWith(words);
  });
}

test("a row that is gone from an export of everything, and rows in another order", async () => {
  const out = await exported();
  const lines = readFileSync(out, "utf8").trimEnd().split("\n");
  const at = lines.findIndex((line) => isOf("step_finished", line));
  const [one = "", two = ""] = lines.slice(at);
  writeFileSync(out, lines.toSpliced(at, 1).join("\n"));
  expect((await replay({ from: out })).lines.join("")).toEndWith("it is missing");
  writeFileSync(
    out,
    lines
      .with(at, two)
      .with(at + 1, one)
      .join("\n"),
  );
  expect(await replay({ from: out })).toMatchObject({ exitCode: 3 });
  const ofSession = await exported({ session: "last" });
  const rows = readFileSync(ofSession, "utf8").trimEnd().split("\n");
  writeFileSync(ofSession, [...rows, rows.find((row) => isOf("step_finished", row))].join("\n"));
  const { lines: said } = await replay({ from: ofSession });
  expect(said.join("")).toEndWith("it stands behind a later row");
});

function isOf(type: string, line: string): boolean {
  return line.startsWith(`{"kind":"event"`) && line.includes(`"type":"${type}"`);
}
