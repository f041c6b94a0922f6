// operator actions: a person's word on the steps that an agent in mode approve waits for.
import { expect, test } from "bun:test";
import { hostname } from "node:os";
import { runActions } from "../../src/commands/actions.ts";
import type { Flags } from "../../src/commands/context.ts";
import { WORDS_CHARS_MAX } from "../../src/domain/session.ts";
import type { ApprovalRequest } from "../../src/domain/ticket-ops.ts";
import { asking } from "../support/asking.ts";
import { claimedTicket, type DeskRoom, openDeskRoom } from "./desk-room.ts";

async function askForRestart(
  room: DeskRoom,
  changes: Partial<ApprovalRequest> = {},
): Promise<void> {
  const { session } = await claimedTicket(room.store());
  const usual = {
    operation: { action: "restart", target: "one" },
    undo: "undo: start one",
    expiresInMs: 60_000,
  };
  await room.store().requestApproval(asking(session.id, { ...usual, ...changes }));
}

test("of an empty home none wait", async () => {
  await using room = await openDeskRoom();
  expect(await room.run(runActions, ["list"])).toMatchObject({
    lines: ["no actions wait for approval"],
    exitCode: 0,
  });
  expect((await room.run(runActions, ["list"], { json: true })).lines).toEqual(["[]"]);
});

test("what waits is listed with its operation, and gone when it is decided", async () => {
  await using room = await openDeskRoom();
  await askForRestart(room);
  const { lines } = await room.run(runActions, []);
  expect(lines[1]).toMatch(/^1 +pending +#1 .*\{"action":"restart","target":"one"\} +it hangs$/);
  expect((await room.run(runActions, ["approve", "1"])).lines).toEqual(["Action #1 -> approved"]);
  expect((await room.run(runActions, ["list"])).lines).toEqual(["no actions wait for approval"]);
  expect((await room.run(runActions, ["list"], { all: true })).lines[1]).toContain("approved");
});

test("a decided action cannot be decided again, and what was said is told", async () => {
  await using room = await openDeskRoom();
  await askForRestart(room);
  await room.run(runActions, ["deny", "1", "not", "at noon"]);
  expect((await room.run(runActions, ["approve", "1"])).failure).toMatchObject({
    code: "conflict",
    message: "approval 1 is already denied: not at noon",
  });
});

test("who decided is shown, as the system names them", async () => {
  await using room = await openDeskRoom();
  await askForRestart(room);
  await room.run(runActions, ["deny", "1", "not", "at noon"]);
  const text = (await room.run(runActions, ["show", "1"])).lines.join("\n");
  const user = Bun.spawnSync(["id", "-un"]).stdout.toString().trim();
  const who = `${user} \\(uid \\d+\\) at ${hostname()}, `;
  expect(text).toMatch(new RegExp(`^decided +[-0-9]+ [:0-9]+, by ${who}.*, by a command$`, "m"));
  const [shown] = JSON.parse(
    `[${(await room.run(runActions, ["show", "1"], { json: true })).lines.join("")}]`,
  );
  expect(shown.decided_by).toMatchObject({ user, via: "command" });
});

test("one that has expired is not approved, and says what comes of it", async () => {
  await using room = await openDeskRoom();
  await askForRestart(room);
  room.clock.advance(60_000);
  expect((await room.run(runActions, ["approve", "1"])).failure).toMatchObject({
    code: "conflict",
    message: "approval 1 is already expired",
    hint: "it is asked again if it is still wanted",
  });
  expect((await room.run(runActions, ["show", "1"])).lines.join("\n")).toMatch(/^state +expired$/m);
});

test("one whose ticket is over is said to be wanted no more, before its time is", async () => {
  await using room = await openDeskRoom();
  await askForRestart(room);
  await room.store().resolveTicket(1, "by hand");
  const text = (await room.run(runActions, ["show", "1"])).lines.join("\n");
  expect(text).toMatch(/^state +not wanted any more: its session has ended, or its ticket is res/m);
});

test("one is shown with all that it is bound to", async () => {
  await using room = await openDeskRoom();
  await askForRestart(room);
  const text = (await room.run(runActions, ["show", "1"])).lines.join("\n");
  for (const line of [
    /^state +pending, 1 m 00 s left$/m,
    /^effect +interrupt one: restart one$/m,
    /^way back +undo: start one$/m,
    /^waits +session [0-9a-z-]+$/m,
    /^sha-256 +[0-9a-f]{64}$/m,
    /^ {4}"target": "one"$/m,
    /^ {2}seen +1 of 2 members up; one down$/m,
    /^ {2}members +one down, two up$/m,
    /^ {2}sha-256 +[0-9a-f]{64}$/m,
  ]) {
    expect(text).toMatch(line);
  }
});

test("nothing of an operation is invisible", async () => {
  await using room = await openDeskRoom();
  await askForRestart(room, { operation: { command: "ls \u202e\u200b" } });
  for (const words of [["show", "1"], ["list"]]) {
    const text = (await room.run(runActions, words)).lines.join("\n");
    expect(text).toContain("ls \\u{202e}\\u{200b}");
  }
});

test("one is sent back with words, which are shown and part of its JSON", async () => {
  await using room = await openDeskRoom();
  await askForRestart(room);
  const revised = await room.run(runActions, ["revise", "1", "look", "at the disk first"]);
  expect(revised.lines).toEqual(["Action #1 -> revised"]);
  const shown = (await room.run(runActions, ["show", "1"])).lines.join("\n");
  expect(shown).toContain("\nThe person's words\n  look at the disk first\n");
  const json = (await room.run(runActions, ["show", "1"], { json: true })).lines.join("");
  expect(JSON.parse(json)).toMatchObject({
    ...{ id: 1, state: "revised", note: "look at the disk first", is_awaited: true },
    effects: [{ kind: "interrupt", targets: ["one"], source: "restart one" }],
    seen: { members: [{ name: "one", health: "down" }, { name: "two" }], in_repair: [] },
  });
});

test("an answer that nobody waits for says whom it is for", async () => {
  await using room = await openDeskRoom();
  await askForRestart(room, { expiresInMs: 600_000 });
  room.clock.advance(30_000);
  await room.store().expireLeases();
  expect((await room.run(runActions, ["show", "1"])).lines.join("\n")).toMatch(
    /^waits +nobody at present$/m,
  );
  expect((await room.run(runActions, ["approve", "1"])).lines).toEqual([
    "Action #1 -> approved",
    expect.stringMatching(/^nobody waits for it at present: .* session that asks .* until /),
  ]);
});

const SECRET = "hunter2-hunter2";

test("a person's words hold no secret of theirs", async () => {
  await using room = await openDeskRoom({ API_TOKEN: SECRET });
  await askForRestart(room);
  await room.run(runActions, ["deny", "1"], { reason: `use ${SECRET}, and password=abcdef` });
  const { note } = (await room.store().getApproval(1)) ?? {};
  expect(note).toBe("use [redacted], and password=[redacted]");
  expect(JSON.stringify(await room.store().eventsOf({}))).not.toContain(SECRET);
});

const WRONG: readonly (readonly [string, readonly string[], Flags])[] = [
  ["revise without words", ["revise", "1"], {}],
  ["revise with blanks", ["revise", "1", " "], {}],
  ["revise with too many words", ["revise", "1", "x".repeat(WORDS_CHARS_MAX + 1)], {}],
  ["words twice", ["deny", "1", "no"], { reason: "no" }],
  ["words of an approval", ["approve", "1", "go on"], {}],
  ["a reason of an approval", ["approve", "1"], { reason: "go on" }],
  ["no id", ["revise"], {}],
  ["words in place of the id", ["revise", "wait"], {}],
];

for (const [what, words, flags] of WRONG) {
  test(`${what}: usage, and it waits on`, async () => {
    await using room = await openDeskRoom();
    await askForRestart(room);
    expect((await room.run(runActions, words, flags)).failure?.code).toBe("usage");
    expect(await room.store().getApproval(1)).toMatchObject({ state: "pending" });
  });
}

test("an unknown one is answered with those that exist", async () => {
  await using room = await openDeskRoom();
  const none = await room.run(runActions, ["show", "7"]);
  expect(none.failure?.message).toBe("unknown action 7: none were asked for");
  await askForRestart(room);
  expect((await room.run(runActions, ["deny", "7"])).failure).toMatchObject({
    code: "not_found",
    message: "unknown action 7: the newest are 1",
  });
  expect((await room.run(runActions, ["revise", "7", "wait"])).failure?.code).toBe("not_found");
});
