// A person's word on one operation: decided once, spent once, on that operation alone, for a while.
import { expect, test } from "bun:test";
import type { Approval } from "../../src/domain/session.ts";
import { failureOf, GAVE_UP, openRoom, type Room, ticketIn } from "./room.ts";

const OPERATION = { action: "restart", target: "one", args: { b: 1, a: 2 } };

async function ask(room: Room): Promise<Approval> {
  const { sessionId } = await ticketIn(room.store, "claimed");
  return room.store.requestApproval({
    sessionId,
    operation: OPERATION,
    reason: "it hangs",
    expiresInMs: 1_000,
  });
}

test("an approval is bound to its operation by hash, and spent once", async () => {
  await using room = await openRoom();
  const { id, operationHash } = await ask(room);
  expect(await room.store.useApproval(id, operationHash)).toBe(false);
  await room.store.decideApproval(id, "approved");
  expect(await room.store.useApproval(id, "0".repeat(64))).toBe(false);
  expect(await room.store.useApproval(id, operationHash)).toBe(true);
  expect(await room.store.useApproval(id, operationHash)).toBe(false);
  expect(await room.store.getApproval(id)).toMatchObject({ state: "used" });
});

test("the hash does not depend on the order of the operation's keys", async () => {
  await using room = await openRoom();
  const first = await ask(room);
  const operation = { args: { a: 2, b: 1 }, target: "one", action: "restart" };
  const { sessionId } = first;
  const request = { sessionId, operation, reason: "again", expiresInMs: 1_000 };
  expect((await room.store.requestApproval(request)).operationHash).toBe(first.operationHash);
});

test("a decision stands", async () => {
  await using room = await openRoom();
  const { id, operationHash } = await ask(room);
  await room.store.decideApproval(id, "denied");
  const failure = await failureOf(room.store.decideApproval(id, "approved"));
  expect(failure).toMatchObject({ code: "conflict", message: "approval 1 is already denied" });
  expect(await room.store.useApproval(id, operationHash)).toBe(false);
});

test("an approval expires, decided or not", async () => {
  await using room = await openRoom();
  const { id, operationHash } = await ask(room);
  await room.store.decideApproval(id, "approved");
  room.clock.advance(1_000);
  expect(await room.store.getApproval(id)).toMatchObject({ state: "expired" });
  expect(await room.store.useApproval(id, operationHash)).toBe(false);
});

test("an expired request cannot be approved", async () => {
  await using room = await openRoom();
  const { id } = await ask(room);
  room.clock.advance(1_000);
  const failure = await failureOf(room.store.decideApproval(id, "approved"));
  expect(failure).toMatchObject({ code: "conflict", message: "approval 1 is already expired" });
});

test("a request ends with its session", async () => {
  await using room = await openRoom();
  const { id, sessionId } = await ask(room);
  expect(await room.store.listApprovals({ state: "pending" })).toHaveLength(1);
  await room.store.escalateTicket(sessionId, GAVE_UP);
  expect(await room.store.listApprovals({ state: "pending" })).toEqual([]);
  expect(await room.store.listApprovals({})).toMatchObject([{ id, state: "expired" }]);
});

test("asking and deciding are audited", async () => {
  await using room = await openRoom();
  const { id, sessionId } = await ask(room);
  await room.store.decideApproval(id, "approved");
  const told = (await room.store.eventsOf({ sessionId })).slice(-2);
  expect(told.map(({ type, content }) => [type, content.approvalId])).toEqual([
    ["approval_requested", id],
    ["approval_decided", id],
  ]);
});
