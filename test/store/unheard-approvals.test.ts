// Questions and answers whose session has ended: found by whoever asks for the same in the same
// state, once, and by nobody else.
import { expect, test } from "bun:test";
import type { Verdict } from "../../src/domain/verdict.ts";
import { asking, ELSE_SEEN } from "../support/asking.ts";
import { askLong, LONG, nextSession, useOf } from "./approval-room.ts";
import { claimBy, defined, firing, openRoom, type Room, ticketIn } from "./room.ts";

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

test("what nobody has heard is told to a session that begins, and nothing else", async () => {
  await using room = await openRoom();
  const { sessionId } = await ticketIn(room.store, "claimed");
  const ask = async (at: number, changes = LONG) => {
    const request = asking(sessionId, { ...changes, operation: { at } });
    return (await room.store.requestApproval(request)).id;
  };
  const decisions = [undefined, "approved", "denied", "revised"] as const;
  for (const decision of decisions) {
    const id = await ask(decisions.indexOf(decision));
    if (decision) await room.store.decideApproval(id, decision, "why");
  }
  await ask(4, { expiresInMs: 1_000 });
  const unheard = async (subject: string) =>
    (await room.store.unheardApprovals(subject)).map(({ id, state }) => `${id} ${state}`);
  const subject = firing().verdict.subject;
  expect(await unheard(subject)).toEqual([]);
  const next = await nextSession(room);
  const all = ["1 pending", "2 approved", "3 denied", "4 revised"];
  expect(await unheard(subject)).toEqual(all);
  expect(await unheard("elsewhere")).toEqual([]);
  await room.store.requestApproval(asking(next, { ...LONG, operation: { at: 1 } }));
  expect(await unheard(subject)).toEqual(all.filter((one) => one !== "2 approved"));
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
