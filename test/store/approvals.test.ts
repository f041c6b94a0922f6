// A person's word on one operation in one state: decided once, spent once, on that alone, for a
// while.
import { expect, test } from "bun:test";
import { type Approval, WORDS_CHARS_MAX } from "../../src/domain/session.ts";
import type { ApprovalUse } from "../../src/domain/ticket-ops.ts";
import type { Verdict } from "../../src/domain/verdict.ts";
import { asking, ELSE_SEEN, SEEN } from "../support/asking.ts";
import {
  claimBy,
  claimed,
  defined,
  FIXED,
  failureOf,
  firing,
  GAVE_UP,
  openRoom,
  type Room,
  ticketIn,
} from "./room.ts";

async function ask(room: Room): Promise<Approval> {
  const { sessionId } = await ticketIn(room.store, "claimed");
  return room.store.requestApproval(asking(sessionId));
}

function useOf({ holderId, operationHash }: Approval, changes: Partial<ApprovalUse> = {}) {
  return { sessionId: holderId, operationHash, seen: SEEN, ...changes };
}

/** The agent was killed, and its lease ran out; the next session of its ticket. */
async function nextSession(room: Room): Promise<string> {
  room.clock.advance(30_000);
  await room.store.expireLeases();
  room.clock.advance(5_000);
  return (await claimed(room.store, "another")).session.id;
}

const LONG = { expiresInMs: 600_000 };

async function askLong(room: Room): Promise<Approval> {
  const { sessionId } = await ticketIn(room.store, "claimed");
  return room.store.requestApproval(asking(sessionId, LONG));
}

test("an approval is bound to its operation by hash, and spent once", async () => {
  await using room = await openRoom();
  const asked = await ask(room);
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
  const asked = await ask(room);
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
  const asked = await ask(room);
  await room.store.decideApproval(asked.id, "approved");
  await room.store.concludeTicket(asked.sessionId, FIXED);
  expect(await room.store.useApproval(asked.id, useOf(asked))).toBe(false);
});

test("the hashes do not depend on the order of keys", async () => {
  await using room = await openRoom();
  const first = await ask(room);
  const operation = { args: { a: 2, b: 1 }, target: "one", action: "restart" };
  const { members, ...rest } = SEEN;
  const again = asking(first.sessionId, { operation, seen: { ...rest, members } });
  expect((await room.store.requestApproval(again)).id).toBe(first.id);
});

test("a decision stands", async () => {
  await using room = await openRoom();
  const asked = await ask(room);
  await room.store.decideApproval(asked.id, "denied");
  const failure = await failureOf(room.store.decideApproval(asked.id, "approved"));
  expect(failure).toMatchObject({ code: "conflict", message: "approval 1 is already denied" });
  expect(await room.store.useApproval(asked.id, useOf(asked))).toBe(false);
});

test("an approval expires, decided or not", async () => {
  await using room = await openRoom();
  const asked = await ask(room);
  await room.store.decideApproval(asked.id, "approved");
  room.clock.advance(1_000);
  expect(await room.store.getApproval(asked.id)).toMatchObject({ state: "expired" });
  expect(await room.store.useApproval(asked.id, useOf(asked))).toBe(false);
});

test("an expired request cannot be approved", async () => {
  await using room = await openRoom();
  const { id } = await ask(room);
  room.clock.advance(1_000);
  const failure = await failureOf(room.store.decideApproval(id, "approved"));
  expect(failure).toMatchObject({ code: "conflict", message: "approval 1 is already expired" });
});

test("a request ends with a session that gave up, and with its ticket", async () => {
  await using room = await openRoom();
  const { id, sessionId } = await ask(room);
  expect(await room.store.listApprovals({ state: "pending" })).toHaveLength(1);
  await room.store.escalateTicket(sessionId, GAVE_UP);
  expect(await room.store.listApprovals({ state: "pending" })).toEqual([]);
  expect(await room.store.listApprovals({})).toMatchObject([{ id, state: "expired" }]);
  await room.store.retryTicket(1);
  const second = (await claimed(room.store)).session.id;
  const asked = await room.store.requestApproval(asking(second));
  expect(asked).toMatchObject({ id: 2, state: "pending" });
  await room.store.resolveTicket(1, "by hand");
  expect(await room.store.getApproval(2)).toMatchObject({ state: "expired", isAwaited: false });
});

test("what waits when its agent is killed is found by the next, and not asked twice", async () => {
  await using room = await openRoom();
  const first = await askLong(room);
  const next = await nextSession(room);
  expect(await room.store.getApproval(1)).toMatchObject({ state: "pending", isAwaited: false });
  const found = await room.store.requestApproval(asking(next, { ...LONG, reason: "it hangs!" }));
  expect(found).toEqual({ ...first, holderId: next });
  expect(await room.store.listApprovals({})).toHaveLength(1);
});

test("what was approved while nobody waited is used by the next, once", async () => {
  await using room = await openRoom();
  await askLong(room);
  const next = await nextSession(room);
  expect(await room.store.decideApproval(1, "approved")).toMatchObject({ isAwaited: false });
  const found = await room.store.requestApproval(asking(next, LONG));
  expect(found).toMatchObject({ id: 1, state: "approved", holderId: next });
  expect(await room.store.useApproval(1, useOf(found))).toBe(true);
  const again = await room.store.requestApproval(asking(next, LONG));
  expect(again).toMatchObject({ id: 2, state: "pending" });
});

for (const [what, changes] of [
  ["another operation", { operation: { action: "restart", target: "two" } }],
  ["another state", { seen: ELSE_SEEN }],
  ["another way back", { undo: "undo: stop two" }],
  ["what held a secret", { onlyFor: "call-1" }],
] as const) {
  test(`what was approved is not used for ${what}`, async () => {
    await using room = await openRoom();
    await askLong(room);
    const next = await nextSession(room);
    await room.store.decideApproval(1, "approved");
    const asked = await room.store.requestApproval(asking(next, { ...LONG, ...changes }));
    expect(asked).toMatchObject({ id: 2, state: "pending" });
  });
}

test("asked in another state, what was asked before is void and says what changed", async () => {
  await using room = await openRoom();
  const { sessionId } = await askLong(room);
  await room.store.requestApproval(asking(sessionId, { ...LONG, seen: ELSE_SEEN }));
  expect(await room.store.getApproval(1)).toMatchObject({
    state: "void",
    note: "the state is another one than it was asked in: one was down and is up",
  });
});

test("with its ticket it is over", async () => {
  await using room = await openRoom();
  await askLong(room);
  await room.store.decideApproval(1, "approved");
  await room.store.resolveTicket(1, "by hand");
  const { sessionId } = await ticketIn(room.store, "claimed");
  expect(await room.store.requestApproval(asking(sessionId, LONG))).toMatchObject({ id: 2 });
});

/** Of the same subject, unless another one is named. */
async function sessionOnOther({ store }: Room, verdict: Partial<Verdict> = {}): Promise<string> {
  await store.recordViolations([firing({ entity: "two", ...verdict })]);
  const { subject } = verdict;
  const request = claimBy("another", { leaseMs: 600_000, ...(subject && { subject }) });
  return defined(await store.claim(request)).session.id;
}

test("a session on another ticket of the subject finds it, and uses it once", async () => {
  await using room = await openRoom();
  await askLong(room);
  await room.store.decideApproval(1, "approved");
  room.clock.advance(30_000);
  const other = await sessionOnOther(room);
  const found = await room.store.requestApproval(asking(other, LONG));
  expect(found).toMatchObject({ id: 1, state: "approved", ticketId: 1, holderId: other });
  expect(await room.store.useApproval(1, useOf(found))).toBe(true);
  const used = (await room.store.eventsOf({ ticketId: 2 })).map(({ type }) => type);
  expect(used).toContain("approval_used");
  const first = await nextSession(room);
  const again = await room.store.requestApproval(asking(first, LONG));
  expect(again).toMatchObject({ id: 2, state: "pending" });
});

test("what a session waits for is not another's, even for the same operation", async () => {
  await using room = await openRoom();
  const first = await askLong(room);
  const other = await sessionOnOther(room);
  const second = await room.store.requestApproval(asking(other, { ...LONG, seen: ELSE_SEEN }));
  expect(second).toMatchObject({ id: 2, holderId: other });
  expect(await room.store.getApproval(1)).toMatchObject({
    state: "pending",
    holderId: first.holderId,
  });
});

test("on another subject it is nobody's", async () => {
  await using room = await openRoom();
  await askLong(room);
  await room.store.decideApproval(1, "approved");
  room.clock.advance(30_000);
  const other = await sessionOnOther(room, { subject: "elsewhere" });
  expect(await room.store.requestApproval(asking(other, LONG))).toMatchObject({ id: 2 });
});

test("a no that nobody heard is told to the next, and to who asks again", async () => {
  await using room = await openRoom();
  await askLong(room);
  const next = await nextSession(room);
  await room.store.decideApproval(1, "denied", "not at noon");
  for (const time of [1, 2]) {
    const found = await room.store.requestApproval(asking(next, LONG));
    expect([time, found.id, found.state, found.note]).toEqual([time, 1, "denied", "not at noon"]);
  }
  room.clock.advance(600_000);
  const { store } = room;
  await store.renewLease(next, 30_000);
  expect(await store.requestApproval(asking(next, LONG))).toMatchObject({ state: "pending" });
});

test("words that nobody heard are told to the next, once: then it may ask again", async () => {
  await using room = await openRoom();
  await askLong(room);
  const next = await nextSession(room);
  await room.store.decideApproval(1, "revised", "look at the disk first");
  const told = await room.store.requestApproval(asking(next, LONG));
  expect(told).toMatchObject({ id: 1, state: "revised", note: "look at the disk first" });
  const again = await room.store.requestApproval(asking(next, LONG));
  expect(again).toMatchObject({ id: 2, state: "pending" });
});

test("words are bounded, and nothing is sent back without any", async () => {
  await using room = await openRoom();
  const { id } = await ask(room);
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
  await store.requestApproval(asking(next, { ...LONG, onlyFor: "x" }));
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

test("what was used or answered does not become void", async () => {
  await using room = await openRoom();
  const asked = await ask(room);
  await room.store.decideApproval(1, "approved");
  await room.store.useApproval(1, useOf(asked));
  await room.store.voidApproval(1, "too late");
  expect(defined(await room.store.getApproval(1))).toMatchObject({ state: "used", note: null });
});
