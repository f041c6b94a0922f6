// operator actions: a person's word on the steps that an agent in mode approve waits for.
import { expect, test } from "bun:test";
import { runActions } from "../../src/commands/actions.ts";
import { asking } from "../support/asking.ts";
import { claimedTicket, type DeskRoom, openDeskRoom } from "./desk-room.ts";

async function askForRestart(room: DeskRoom): Promise<void> {
  const { session } = await claimedTicket(room.store());
  const operation = { action: "restart", target: "one" };
  await room.store().requestApproval(asking(session.id, { operation, expiresInMs: 60_000 }));
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

test("a decided action cannot be decided again", async () => {
  await using room = await openDeskRoom();
  await askForRestart(room);
  await room.run(runActions, ["deny", "1"]);
  expect((await room.run(runActions, ["approve", "1"])).failure).toMatchObject({
    code: "conflict",
    message: "approval 1 is already denied",
  });
});

test("one is shown with its time left and its hash", async () => {
  await using room = await openDeskRoom();
  await askForRestart(room);
  const text = (await room.run(runActions, ["show", "1"])).lines.join("\n");
  expect(text).toMatch(/^state +pending, 1 m 00 s left$/m);
  expect(text).toMatch(/^sha-256 +[0-9a-f]{64}$/m);
});

test("an unknown one is answered with those that exist", async () => {
  await using room = await openDeskRoom();
  const none = await room.run(runActions, ["show", "7"]);
  expect(none.failure?.message).toBe("unknown action 7: none were asked for");
  await askForRestart(room);
  expect((await room.run(runActions, ["deny", "7"])).failure).toMatchObject({
    code: "not_found",
    message: "unknown action 7: the newest are 1",
  });
});
