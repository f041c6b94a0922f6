// Who gets which ticket, for how long, and what happens when its agent is no longer heard of.
import { describe, expect, test } from "bun:test";
import {
  claimBy,
  claimed,
  defined,
  FIXED,
  failureOf,
  firing,
  GAVE_UP,
  openRoom,
  openTicket,
  ticketIn,
} from "./room.ts";

const LEASE_MS = 30_000;

describe("a claim", () => {
  test("takes the most severe ticket first, then the oldest", async () => {
    await using room = await openRoom();
    const { store, clock } = room;
    for (const [entity, severity] of [
      ["first", "warning"],
      ["second", "critical"],
      ["third", "critical"],
    ] as const) {
      await store.recordViolations([firing({ entity, severity })]);
      clock.advance(10);
    }
    const order = [await claimed(store), await claimed(store), await claimed(store)];
    expect(order.map(({ ticket }) => ticket.entity)).toEqual(["second", "third", "first"]);
    expect(await store.claim(claimBy("late"))).toBeUndefined();
  });

  test("takes what is seen before what is hidden just now, for a minute at most", async () => {
    for (const [hiddenMs, severity, first] of [
      [3_000, "critical", "hidden"],
      [3_010, "critical", "cause"],
      [3_010, "warning", "hidden"],
      [60_000, "critical", "cause"],
      [60_010, "critical", "hidden"],
    ] as const) {
      await using room = await openRoom();
      const { store, clock } = room;
      await store.recordViolations([firing({ entity: "hidden", severity: "critical" })]);
      clock.advance(hiddenMs);
      await store.recordViolations([firing({ entity: "cause", severity })]);
      await store.recordViolations([firing({ subject: "other", entity: "else", severity })]);
      const second = first === "cause" ? "hidden" : "cause";
      const order = [await claimed(store), await claimed(store)];
      expect(order.map(({ ticket }) => ticket.entity)).toEqual([first, second]);
    }
  });

  test("gives a lease, counts the attempt and starts the session", async () => {
    await using room = await openRoom();
    await openTicket(room.store);
    const { ticket, session } = await claimed(room.store, "agent-7");
    const nowMs = room.clock.now();
    expect(ticket).toMatchObject({
      state: "claimed",
      attempts: 1,
      sessionId: session.id,
      lease: { agentId: "agent-7", expiresAtMs: nowMs + LEASE_MS },
    });
    expect(session).toMatchObject({
      ticketId: ticket.id,
      agentId: "agent-7",
      model: "runbook",
      mode: "execute",
      startedAtMs: nowMs,
      endedAtMs: null,
      turns: 0,
      changes: 0,
    });
    expect(await room.store.findSession(session.id)).toEqual(session);
  });

  test("passes over a held ticket", async () => {
    await using room = await openRoom();
    const ticketId = await openTicket(room.store);
    await room.store.setHeld(ticketId, true);
    expect(await room.store.claim(claimBy("a"))).toBeUndefined();
  });

  test("takes only tickets of the subject asked for", async () => {
    await using room = await openRoom();
    await openTicket(room.store);
    expect(await room.store.claim(claimBy("a", { subject: "other" }))).toBeUndefined();
    expect(await room.store.claim(claimBy("a", { subject: "toy" }))).toBeDefined();
  });

  test("names sessions so that they sort by their start", async () => {
    await using room = await openRoom();
    const ids: string[] = [];
    for (const entity of ["a", "b", "c"]) {
      await openTicket(room.store, entity);
      ids.push((await claimed(room.store)).session.id);
      room.clock.advance(3_600_000_000);
    }
    expect([...ids].sort()).toEqual(ids);
  });
});

describe("a lease", () => {
  test("is renewed while the ticket is the session's", async () => {
    await using room = await openRoom();
    await openTicket(room.store);
    const { session } = await claimed(room.store);
    room.clock.advance(LEASE_MS - 1);
    expect(await room.store.renewLease(session.id, LEASE_MS)).toBe(true);
    room.clock.advance(LEASE_MS - 1);
    expect(await room.store.expireLeases()).toEqual([]);
  });

  test("that expired gives the ticket back after a wait, and ends the session", async () => {
    await using room = await openRoom({ backoffMs: 1_000 });
    const { ticketId, sessionId } = await ticketIn(room.store, "claimed");
    room.clock.advance(LEASE_MS);
    const freed = await room.store.expireLeases();
    expect(freed).toMatchObject([{ id: ticketId, state: "open", lease: null, attempts: 1 }]);
    expect(await room.store.findSession(sessionId)).toMatchObject({
      stopReason: "lease_lost",
      endedAtMs: room.clock.now(),
    });
    expect(await room.store.renewLease(sessionId, LEASE_MS)).toBe(false);
    expect(await room.store.claim(claimBy("next"))).toBeUndefined();
    room.clock.advance(1_000);
    expect(await room.store.claim(claimBy("next"))).toBeDefined();
  });

  test("that expired while verifying gives the ticket back too", async () => {
    await using room = await openRoom();
    await ticketIn(room.store, "verifying");
    room.clock.advance(LEASE_MS);
    expect(await room.store.expireLeases()).toMatchObject([{ state: "open" }]);
  });

  test("that expired is noticed by the next claim, without a monitor", async () => {
    await using room = await openRoom({ backoffMs: 0 });
    await ticketIn(room.store, "claimed");
    room.clock.advance(LEASE_MS);
    expect(await room.store.claim(claimBy("next"))).toMatchObject({ ticket: { attempts: 2 } });
  });

  test("lost again and again makes the wait longer, up to a bound", async () => {
    await using room = await openRoom({ attemptsMax: 9, backoffMs: 1_000, backoffMsMax: 3_000 });
    await openTicket(room.store);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await claimed(room.store);
      room.clock.advance(LEASE_MS);
      const [freed] = await room.store.expireLeases();
      waits.push(defined(freed).claimableAtMs - room.clock.now());
      room.clock.advance(3_000);
    }
    expect(waits).toEqual([1_000, 2_000, 3_000, 3_000]);
  });

  test("lost in the last attempt escalates the ticket", async () => {
    await using room = await openRoom({ attemptsMax: 2, backoffMs: 0 });
    await openTicket(room.store);
    await claimed(room.store, "a");
    room.clock.advance(LEASE_MS);
    await claimed(room.store, "b");
    room.clock.advance(LEASE_MS);
    expect(await room.store.expireLeases()).toMatchObject([
      { state: "escalated", note: "attempts used up (2 of 2): the lease of b expired" },
    ]);
  });
});

describe("a session that lost its ticket", () => {
  test("can neither conclude nor begin a step", async () => {
    await using room = await openRoom({ backoffMs: 0 });
    const { sessionId } = await ticketIn(room.store, "claimed");
    room.clock.advance(LEASE_MS);
    await claimed(room.store, "next");
    const step = { sessionId, kind: "act", operation: {}, targets: [] } as const;
    expect(await failureOf(room.store.beginStep(step))).toMatchObject({ code: "conflict" });
    expect(await failureOf(room.store.concludeTicket(sessionId, FIXED))).toMatchObject({
      code: "conflict",
      message: `cannot conclude ticket 1: session ${sessionId} no longer has it`,
    });
    expect(await room.store.findSession(sessionId)).toMatchObject({ conclusion: null });
  });

  test("leaves the next session's ticket alone", async () => {
    await using room = await openRoom({ backoffMs: 0 });
    const { sessionId } = await ticketIn(room.store, "claimed");
    room.clock.advance(LEASE_MS);
    const next = await claimed(room.store, "next");
    await room.store.escalateTicket(sessionId, GAVE_UP);
    await room.store.releaseTicket(sessionId, GAVE_UP);
    expect(await room.store.getTicket(1)).toEqual(next.ticket);
  });

  test("cannot begin a step when its lease has expired, though nobody has noticed", async () => {
    await using room = await openRoom();
    const { sessionId } = await ticketIn(room.store, "claimed");
    room.clock.advance(LEASE_MS);
    const step = { sessionId, kind: "act", operation: {}, targets: [] } as const;
    expect(await failureOf(room.store.beginStep(step))).toMatchObject({ code: "conflict" });
  });
});

test("a released ticket is claimable at once, or escalated with its attempts used up", async () => {
  await using room = await openRoom({ attemptsMax: 2 });
  await openTicket(room.store);
  const end = { stopReason: "aborted", detail: "interrupted by SIGTERM" } as const;
  await room.store.releaseTicket((await claimed(room.store)).session.id, end);
  await room.store.releaseTicket((await claimed(room.store)).session.id, end);
  expect(await room.store.getTicket(1)).toMatchObject({
    state: "escalated",
    note: "attempts used up (2 of 2): interrupted by SIGTERM",
  });
});
