// What a replay finds when the record and the loop do not agree.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { classifyCommand } from "../../src/agent/guard/classify-command.ts";
import { runAudit } from "../../src/commands/audit.ts";
import type { AuditEvent, AuditType } from "../../src/domain/audit.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { replaySession } from "../../src/replay/replay.ts";
import { openWorld, type World } from "../agent/world.ts";
import { openDeskRoom, type Ran } from "../commands/desk-room.ts";
import { defined } from "../store/room.ts";
import { asInVersion2 } from "../support/older-record.ts";
import { changeAndRechain, copyOf } from "../support/rechain.ts";
import { actCall, concludeCall, says, shellCall } from "../support/scripted-model.ts";

let world: World;
let events: readonly AuditEvent[];

beforeAll(async () => {
  world = openWorld({
    script: [
      says({ type: "text", text: "Is it dark?" }, shellCall("echo looking")),
      says(shellCall("cat $OPERATOR_HOME/bin/operator")),
      says(actCall("switch_on", "left")),
      says(concludeCall("cannot_fix")),
    ],
  });
  await world.openTicket();
  await world.run();
  events = await world.store.eventsOf({ sessionId: (await world.session()).id });
});
afterAll(() => world[Symbol.dispose]());

const SAME = { state: "same", isWhole: true };

/** The events with every occurrence of a text in those of one type replaced. */
function withChange(type: AuditType, from: string, to: string): readonly AuditEvent[] {
  return events.map((event) => {
    if (event.type !== type) return event;
    const content: JsonObject = JSON.parse(JSON.stringify(event.content).replaceAll(from, to));
    return { ...event, content };
  });
}

test("what was recorded is what it is compared with", async () => {
  expect(await replaySession(events)).toMatchObject({ ...SAME, isReadAnew: true });
});

const CHANGES: readonly [type: AuditType, from: string, to: string, where: RegExp][] = [
  ["session_briefed", "first responder", "last responder", /^audit row \d+$/],
  ["model_replied", "echo looking", "echo hiding", /^answer 1 of effects$/],
  ["model_replied", "switch_on", "switch_off", /^audit row \d+$/],
  ["guard_decided", "it only reads", "it writes", /^audit row \d+$/],
  ["guard_decided", '"decision":"allow"', '"decision":"deny"', /^audit row \d+$/],
  ["tool_result", "looking", "hiding", /^audit row \d+$/],
  ["tool_result", '"exitCode":0', '"exitCode":1', /^audit row \d+$/],
  ["session_recorded", '"head":"looking', '"head":"hiding', /^audit row \d+$/],
  ["session_recorded", '"kind":"read"', '"kind":"destroy"', /^command 1 as the guard reads it$/],
  [
    "session_recorded",
    '"OPERATOR_HOME":"',
    '"OPERATOR_HOME":"/no',
    /^command 2 as the guard reads/,
  ],
  ["session_recorded", '"type":"look"', '"type":"change"', /^question 1 of shell$/],
  ["session_recorded", '"kind":"act"', '"kind":"shell"', /^question 1 of beginStep$/],
  ["session_recorded", '"stopReason":"gave_up"', '"stopReason":"aborted"', /^question 1 of escal/],
  ["session_recorded", '"mode":"execute"', '"mode":"observe"', /^question 1 of recentSteps$/],
  ["session_recorded", '"turnsMax":40', '"turnsMax":2', /^audit row \d+$/],
];
for (const [type, from, to, where] of CHANGES) {
  test(`${from} to ${to} in ${type}`, async () => {
    const replayed = await replaySession(withChange(type, from, to));
    expect(replayed).toMatchObject({ state: "different", where: expect.stringMatching(where) });
  });
}

test("of a record of another version a difference says so", async () => {
  const named = withChange("session_recorded", '"settings":{', '"settings":{"version":"0.0.1",');
  expect(await replaySession(named)).toEqual(await replaySession(events));
  const differing = named.filter(({ type }) => type !== "tool_result");
  expect(await replaySession(differing)).toMatchObject({ recordedBy: "0.0.1" });
});

test("a guard that reads a command in another way", async () => {
  const replayed = await replaySession(events, (command, knowledge) =>
    classifyCommand(command.replace("echo", "rm"), knowledge),
  );
  const where = "command 1 as the guard reads it";
  const diff = expect.arrayContaining(['-       "kind": "read",', '+       "kind": "destroy",']);
  expect(replayed).toMatchObject({ state: "different", where, diff });
});

test("an older record is replayed by how the guard read its commands then", async () => {
  const older = asInVersion2(events);
  expect(JSON.stringify(older)).not.toMatch(/protectedPaths|"reach"/);
  const anotherGuard = () => [{ kind: "hidden", targets: [], source: "it" }] as const;
  expect(await replaySession(older, anotherGuard)).toMatchObject({ ...SAME, isReadAnew: false });
});

test("a record that was changed to what nobody has recorded", async () => {
  const changed = withChange("session_recorded", '["answered","sessionsOf",1,{', '["lost","",1,{');
  for (const replayed of [
    await replaySession(changed),
    await replaySession(withChange("session_recorded", '1,{"value":[]}', '1,"="')),
  ]) {
    expect(replayed).toMatchObject({
      state: "unrecorded",
      reason: "its record has a form that this version does not know",
    });
  }
});

test("a row that is gone", async () => {
  for (const gone of ["guard_decided", "tool_result", "model_replied"]) {
    const last = events.findLast(({ type }) => type === gone);
    const replayed = await replaySession(events.filter((event) => event !== last));
    expect(replayed.state).toBe("different");
  }
});

for (const [type, fact] of [
  ["step_begun", "entryId"],
  ["step_finished", "state"],
  ["session_ended", "type"],
] as const) {
  test(`a row that the store wrote is gone: ${type}`, async () => {
    const replayed = await replaySession(events.filter((event) => event.type !== type));
    const diff = expect.arrayContaining(["- nothing", expect.stringContaining(`"${fact}":`)]);
    expect(replayed).toMatchObject({ state: "different", where: `the row ${type}`, diff });
  });
}

test("a row that the store wrote says otherwise", async () => {
  for (const [type, from, to] of [
    ["step_begun", '"kind":"act"', '"kind":"shell"'],
    ["step_begun", '"entryId":1', '"entryId":2'],
    ["step_finished", '"state":"done"', '"state":"failed"'],
    ["step_finished", '"changed":true', '"changed":false'],
  ] as const) {
    const replayed = await replaySession(withChange(type, from, to));
    expect(replayed).toMatchObject({ state: "different", where: `the row ${type}` });
  }
});

test("the command shows it as a diff and exits with 3", async () => {
  await using room = await openDeskRoom();
  const intact = join(world.home, "tickets.db");
  const replay = (flags: Record<string, unknown>): Promise<Ran> =>
    room.run(runAudit, ["replay", "last"], flags);
  expect(await replay({ db: intact })).toMatchObject({
    exitCode: 0,
    lines: [expect.stringMatching(/replayed: the same, byte for byte \(\d+ questions, \d+ audit/)],
  });
  // A loop that says something else than the one that was recorded.
  const db = copyOf(intact, join(room.home, "another.db"));
  const change = "UPDATE audit_events SET content = replace(content, 'looking', 'hiding')";
  changeAndRechain(db, `${change} WHERE type = 'tool_result'`);
  const { lines, exitCode } = await replay({ db });
  expect(exitCode).toBe(3);
  expect(lines[0]).toMatch(/^session \S+ replayed: it differs at audit row \d+$/);
  expect(lines).toContain("- hiding");
  expect(lines).toContain("+ looking");
  expect(lines.at(-2)).toStartWith("it was recorded by an operator of an older version, and this");
  expect(lines.at(-1)).toStartWith("each row gives its hash: this build comes to something else");
  const json = JSON.parse((await replay({ db, json: true })).lines.join(""));
  expect(json).toMatchObject({ state: "different", diff: expect.any(Array) });
});

test("an export is replayed where the database is not", async () => {
  await using room = await openDeskRoom();
  const out = join(room.home, "session.jsonl");
  const db = join(world.home, "tickets.db");
  await room.run(runAudit, ["export"], { db, session: "last", out });
  const replay = () => room.run(runAudit, ["replay"], { from: out });
  expect(await replay()).toMatchObject({ exitCode: 0 });
  const text = readFileSync(out, "utf8");
  writeFileSync(out, text.replace('"version":2', '"version":3'));
  expect((await replay()).failure).toMatchObject({ code: "usage" });
  writeFileSync(out, text.replace('"version":2', '"version":1'));
  expect(await replay()).toMatchObject({ exitCode: 3 });
  writeFileSync(out, text);
  const other = await room.run(runAudit, ["replay", "none"], { from: out });
  expect(other.failure).toMatchObject({ code: "not_found" });
});

test("a session of a version that recorded nothing is said to be so", async () => {
  const { purpose: _, ...started } = events[0]?.content ?? {};
  const old = events
    .with(0, { ...defined(events[0]), content: started })
    .filter(({ type }) => type !== "session_recorded");
  expect(await replaySession(old)).toEqual({
    state: "unrecorded",
    reason: "it was made before sessions were recorded for replay",
  });
});

test("a session whose agent was killed at once is not called an old one", async () => {
  const begun = events.filter(({ type }) => type !== "session_recorded");
  expect(await replaySession(begun)).toEqual({
    state: "unrecorded",
    reason: "its agent was gone before anything of it was recorded",
  });
});
