// A person's word on one operation in one state: decided once, spent once, on that alone, for a
// while.
import { expect, test } from "bun:test";
import { WORDS_CHARS_MAX } from "../../src/domain/session.ts";
import { asking, ELSE_SEEN, SEEN } from "../support/asking.ts";
import { ANNA } from "../support/person.ts";
import { askLong, askShortly, LONG, nextSession, useOf } from "./approval-room.ts";
import { claimed, defined, FIXED, failureOf, GAVE_UP, openRoom } from "./room.ts";

test("an approval is bound to its operation by hash, and spent once", async () => {
  await using room = await openRoom();
  const asked = await askShortly(room);
  const { id } = asked;
  expect(await room.store.useApproval(id, useOf(asked))).toBe(false);
  await room.store.decideApproval(id, "approved");
  const other = useOf(asked, { operationHash: "0".repeat(64) });
  expect(await room.store.useApproval(id, other)).toBe(false);
  expect(await room.store.useApproval(id, useOf(asked))).toBe(true);
  expect(await room.store.useApproval(id, useOf(asked))).toBe(false);
  expect(await room.store.getApproval(id)).toMatchObject({ state: "used" });
});

test("in another state than it was asked in it is not used", async () => {
  await using room = await openRoom();
  const asked = await askShortly(room);
  await room.store.decideApproval(asked.id, "approved");
  const elsewhere = useOf(asked, { seen: ELSE_SEEN });
  expect(await room.store.useApproval(asked.id, elsewhere)).toBe(false);
  expect(await room.store.getApproval(asked.id)).toMatchObject({ state: "approved" });
});

test("a session without its ticket uses nothing", async () => {
  await using room = await openRoom();
  const asked = await askLong(room);
  await room.store.decideApproval(asked.id, "approved");
  room.clock.advance(30_000);
  expect(await room.store.useApproval(asked.id, useOf(asked))).toBe(false);
  const next = await nextSession(room);
  expect(await room.store.useApproval(asked.id, useOf(asked))).toBe(false);
  const stranger = useOf(asked, { sessionId: next });
  expect(await room.store.useApproval(asked.id, stranger)).toBe(false);
});

test("while its ticket is verified nothing is used", async () => {
  await using room = await openRoom();
  const asked = await askShortly(room);
  await room.store.decideApproval(asked.id, "approved");
  await room.store.concludeTicket(asked.sessionId, FIXED);
  expect(await room.store.useApproval(asked.id, useOf(asked))).toBe(false);
});

test("the hashes do not depend on the order of keys", async () => {
  await using room = await openRoom();
  const first = await askShortly(room);
  const operation = { args: { a: 2, b: 1 }, target: "one", action: "restart" };
  const { members, ...rest } = SEEN;
  const again = asking(first.sessionId, { operation, seen: { ...rest, members } });
  expect((await room.store.requestApproval(again)).id).toBe(first.id);
});

test("a decision stands", async () => {
  await using room = await openRoom();
  const asked = await askShortly(room);
  await room.store.decideApproval(asked.id, "denied");
  const failure = await failureOf(room.store.decideApproval(asked.id, "approved"));
  expect(failure).toMatchObject({ code: "conflict", message: "approval 1 is already denied" });
  expect(await room.store.useApproval(asked.id, useOf(asked))).toBe(false);
});

test("an approval expires, decided or not", async () => {
  await using room = await openRoom();
  const asked = await askShortly(room);
  await room.store.decideApproval(asked.id, "approved");
  room.clock.advance(1_000);
  expect(await room.store.getApproval(asked.id)).toMatchObject({ state: "expired" });
  expect(await room.store.useApproval(asked.id, useOf(asked))).toBe(false);
});

test("an expired request cannot be approved", async () => {
  await using room = await openRoom();
  const { id } = await askShortly(room);
  room.clock.advance(1_000);
  const failure = await failureOf(room.store.decideApproval(id, "approved"));
  expect(failure).toMatchObject({ code: "conflict", message: "approval 1 is already expired" });
});

test("a request ends with a session that gave up, and with its ticket", async () => {
  await using room = await openRoom();
  const { id, sessionId } = await askShortly(room);
  expect(await room.store.listApprovals({ state: "pending" })).toHaveLength(1);
  await room.store.escalateTicket(sessionId, GAVE_UP);
  expect(await room.store.listApprovals({ state: "pending" })).toEqual([]);
  expect(await room.store.listApprovals({})).toMatchObject([{ id, state: "expired" }]);
  expect((await failureOf(room.store.decideApproval(id, "approved")))?.message).toBe(
    "approval 1 is not wanted any more: its session has ended, or its ticket is resolved",
  );
  await room.store.retryTicket(1);
  const second = (await claimed(room.store)).session.id;
  const asked = await room.store.requestApproval(asking(second));
  expect(asked).toMatchObject({ id: 2, state: "pending" });
  await room.store.resolveTicket(1, "by hand");
  expect(await room.store.getApproval(2)).toMatchObject({ state: "expired", isAwaited: false });
});

test("words are bounded, and nothing is sent back without any", async () => {
  await using room = await openRoom();
  const { id } = await askShortly(room);
  const { store } = room;
  for (const words of [undefined, "", " \n", "x".repeat(WORDS_CHARS_MAX + 1)]) {
    const failure = await failureOf(store.decideApproval(id, "revised", words));
    expect(failure?.code).toBe("usage");
  }
  expect(await store.getApproval(id)).toMatchObject({ state: "pending" });
  const words = "x".repeat(WORDS_CHARS_MAX);
  expect(await store.decideApproval(id, "revised", ` ${words} `)).toMatchObject({
    state: "revised",
    note: words,
  });
});

test("each step of it is audited, with what it was bound to", async () => {
  await using room = await openRoom();
  const { operationHash, stateHash, effects, operation } = await askLong(room);
  const next = await nextSession(room);
  const { store } = room;
  const found = await store.requestApproval(asking(next, LONG));
  await store.decideApproval(1, "approved", "go on");
  await store.useApproval(1, useOf(found));
  await store.requestApproval(asking(next, { ...LONG, undo: "undo: stop two" }));
  await store.voidApproval(2, "no use");
  const events = (await store.eventsOf({})).filter(({ type }) => type.startsWith("approval_"));
  const told = events.map(({ type, sessionId, content: { rows: _, ...content } }) => ({
    ...{ type, isFirst: sessionId !== next },
    content,
  }));
  const bound = { operationHash, stateHash };
  expect(told).toMatchObject([
    {
      type: "approval_requested",
      isFirst: true,
      content: { ...bound, approvalId: 1, seen: SEEN, operation, effects, undo: null },
    },
    { type: "approval_taken_up", isFirst: false, content: { approvalId: 1, state: "pending" } },
    {
      type: "approval_decided",
      isFirst: false,
      content: { ...bound, approvalId: 1, decision: "approved", words: "go on" },
    },
    { type: "approval_used", isFirst: false, content: { approvalId: 1 } },
    { type: "approval_requested", isFirst: false, content: { approvalId: 2 } },
    { type: "approval_voided", isFirst: false, content: { approvalId: 2, reason: "no use" } },
  ]);
  expect(await store.verifyAudit()).toMatchObject({ state: "intact" });
});

test("who decided stands in the row and in the event, where the store knows", async () => {
  await using room = await openRoom({ person: () => ANNA });
  await askShortly(room);
  expect(await room.store.getApproval(1)).toMatchObject({ decidedBy: null });
  expect(await room.store.decideApproval(1, "denied", "no")).toMatchObject({ decidedBy: ANNA });
  const [event] = await room.store.eventsOf({ types: ["approval_decided"] });
  expect(event?.content).toMatchObject({ decision: "denied", by: ANNA });
  await room.store.setHeld(1, true);
  await room.store.resolveTicket(1, "by hand");
  const moves = await room.store.eventsOf({ types: ["ticket_flagged", "ticket_moved"] });
  expect(moves.map(({ content }) => content.by)).toEqual([undefined, ANNA, ANNA]);
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
});

test("what was used or answered does not become void", async () => {
  await using room = await openRoom();
  const asked = await askShortly(room);
  await room.store.decideApproval(1, "approved");
  await room.store.useApproval(1, useOf(asked));
  await room.store.voidApproval(1, "too late");
  expect(defined(await room.store.getApproval(1))).toMatchObject({ state: "used", note: null });
});
