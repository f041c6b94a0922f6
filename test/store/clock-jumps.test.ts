// The wall clock is set forward or back while work is under way: no ticket is stuck with it, and
// nobody keeps what is no longer theirs.
import { describe, expect, test } from "bun:test";
import { asking } from "../support/asking.ts";
import { claimBy, claimed, failureOf, GAVE_UP, openRoom, openTicket, ticketIn } from "./room.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LEASE_MS = 30_000;

describe("set back, by whatever time,", () => {
  for (const backMs of [HOUR_MS, 30 * DAY_MS]) {
    test(`a dead agent's lease ends as soon as it would have (${backMs / HOUR_MS} h)`, async () => {
      await using room = await openRoom({ backoffMs: 0 });
      const { store, clock } = room;
      clock.jump(40 * DAY_MS);
      await ticketIn(store, "claimed");
      clock.jump(-backMs);
      expect(await store.expireLeases()).toEqual([]);
      clock.advance(LEASE_MS);
      expect(await store.expireLeases()).toMatchObject([{ id: 1, state: "open" }]);
      expect(await store.claim(claimBy("next"))).toMatchObject({ ticket: { attempts: 2 } });
      expect(await store.verifyAudit()).toMatchObject({ state: "intact" });
    });
  }

  test("a living agent keeps its lease", async () => {
    await using room = await openRoom();
    const { store, clock } = room;
    clock.jump(DAY_MS);
    const { sessionId } = await ticketIn(store, "claimed");
    clock.jump(-HOUR_MS);
    for (let renewal = 0; renewal < 9; renewal += 1) {
      clock.advance(LEASE_MS / 2);
      expect(await store.expireLeases()).toEqual([]);
      expect(await store.renewLease(sessionId, LEASE_MS)).toBe(true);
    }
    expect(await store.verifyAudit()).toMatchObject({ state: "intact" });
  });

  test("a ticket that waits for its next attempt waits no longer than it may", async () => {
    await using room = await openRoom({ backoffMs: 60_000, backoffMsMax: 300_000 });
    const { store, clock } = room;
    clock.jump(DAY_MS);
    await ticketIn(store, "claimed");
    clock.advance(LEASE_MS);
    await store.expireLeases();
    expect(await store.claim(claimBy("early"))).toBeUndefined();
    clock.jump(-HOUR_MS);
    expect(await store.claim(claimBy("next"))).toBeDefined();
  });

  test("a ticket that a person sent back to work is taken", async () => {
    await using room = await openRoom();
    const { store, clock } = room;
    clock.jump(DAY_MS);
    const { ticketId } = await ticketIn(store, "escalated");
    await store.retryTicket(ticketId);
    clock.jump(-HOUR_MS);
    expect(await store.claim(claimBy("next"))).toBeDefined();
  });

  test("an approval counts no longer", async () => {
    await using room = await openRoom();
    const { store, clock } = room;
    clock.jump(DAY_MS);
    const { sessionId } = await ticketIn(store, "claimed");
    const { id } = await store.requestApproval(asking(sessionId, { expiresInMs: 600_000 }));
    clock.jump(-10_000);
    expect(await store.getApproval(id)).toMatchObject({ state: "pending" });
    clock.jump(-HOUR_MS);
    expect(await store.getApproval(id)).toMatchObject({ state: "expired" });
  });

  test("events stay in the order in which they happened", async () => {
    await using room = await openRoom();
    const { store, clock } = room;
    clock.jump(DAY_MS);
    await ticketIn(store, "claimed");
    clock.jump(-HOUR_MS);
    await openTicket(store, "two");
    const events = await store.eventsOf({});
    expect(events.map(({ type }) => type).at(-1)).toBe("ticket_opened");
    expect(events.at(-1)?.atMs ?? 0).toBeLessThan(events.at(-2)?.atMs ?? 0);
    expect(await store.verifyAudit()).toMatchObject({ state: "intact" });
  });
});

describe("set forward,", () => {
  test("a lease ends early, and its session may write nothing any more", async () => {
    await using room = await openRoom({ backoffMs: 0 });
    const { store, clock } = room;
    await openTicket(store);
    const { session } = await claimed(store);
    clock.jump(HOUR_MS);
    const step = { sessionId: session.id, kind: "act", operation: {}, targets: [] } as const;
    expect(await failureOf(store.beginStep(step))).toMatchObject({ code: "conflict" });
    expect(await store.expireLeases()).toHaveLength(1);
    expect(await store.renewLease(session.id, LEASE_MS)).toBe(false);
    expect(await store.claim(claimBy("next"))).toMatchObject({ ticket: { attempts: 2 } });
    await store.escalateTicket(session.id, GAVE_UP);
    expect(await store.getTicket(1)).toMatchObject({ state: "claimed" });
  });

  test("a lease that its agent renews first goes on", async () => {
    await using room = await openRoom();
    const { store, clock } = room;
    const { sessionId } = await ticketIn(store, "claimed");
    clock.jump(HOUR_MS);
    expect(await store.renewLease(sessionId, LEASE_MS)).toBe(true);
    expect(await store.expireLeases()).toEqual([]);
  });
});
