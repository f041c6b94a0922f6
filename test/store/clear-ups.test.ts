// What is left in a subject by sessions that ended too early: found on tickets that a person has,
// given to one agent at a time, and not for ever.
import { expect, test } from "bun:test";
import type { Session } from "../../src/domain/session.ts";
import type { Ticket } from "../../src/domain/ticket.ts";
import type { StepIntent } from "../../src/domain/ticket-ops.ts";
import { CLEAR_UPS_MAX } from "../../src/store/clear-ups.ts";
import type { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import {
  claimBy,
  claimed,
  defined,
  FIXED,
  firing,
  GAVE_UP,
  openRoom,
  openTicket,
  type Room,
} from "./room.ts";

const BACK = { action: "put_back", target: "one", args: {} };
const LEASE_MS = 30_000;
/** Longer than any backoff, and than any ticket here may be confirmed. */
const LONG_MS = 400_000;
const DONE = { stopReason: "concluded", detail: "cleared up after that" } as const;

type Begun = Partial<Pick<StepIntent, "undo">> & { readonly isOpen?: boolean };

async function change(store: TicketOpsDB, sessionId: string, begun: Begun = {}): Promise<number> {
  const { undo = { type: "call", call: BACK }, isOpen = false } = begun;
  const operation = { action: "turn", target: "one", args: {} };
  const id = await store.beginStep({ sessionId, kind: "act", operation, targets: ["one"], undo });
  if (!isOpen) await store.finishStep(id, { state: "done", result: "", changed: true });
  return id;
}

interface Death {
  readonly begun?: Begun;
  /** What it comes to before it dies. */
  readonly work?: (session: Session) => Promise<unknown>;
  readonly settleMs?: number;
}

/** An agent whose last attempt ends with its death, and the ticket as that leaves it. */
async function dieInEveryAttempt({ store, clock }: Room, death: Death = {}): Promise<Ticket> {
  const { settleMs = 2_000 } = death;
  const [recorded] = await store.recordViolations([firing({ settleMs })]);
  const { ticketId } = defined(recorded);
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const { session } = await claimed(store, `doomed-${attempt}`);
    if (attempt === 3) await change(store, session.id, death.begun);
    if (attempt === 3) await death.work?.(session);
    clock.advance(LEASE_MS);
    await store.expireLeases();
    if (attempt < 3) clock.advance(LONG_MS);
  }
  return defined(await store.getTicket(ticketId));
}

function claimNext({ store }: Room, changes = {}) {
  return store.claim(claimBy("next", changes));
}

test("what dead agents left is given to the next agent, after a backoff", async () => {
  await using room = await openRoom();
  const before = await dieInEveryAttempt(room);
  expect(before).toMatchObject({ state: "escalated", attempts: 3 });
  expect(await claimNext(room)).toBeUndefined();
  room.clock.advance(LONG_MS);
  const { ticket, session } = defined(await claimNext(room));
  expect(session).toMatchObject({ purpose: "clear_up", model: "none", ticketId: before.id });
  expect(ticket).toMatchObject({ state: "claimed", attempts: 3, note: before.note });
  expect(await claimNext(room)).toBeUndefined();
  expect(await change(room.store, session.id)).toBe(2);
  await room.store.escalateTicket(session.id, DONE);
  const after = defined(await room.store.getTicket(before.id));
  expect(after).toMatchObject({ state: "escalated", note: `${before.note}; ${DONE.detail}` });
  room.clock.advance(LONG_MS);
  expect(await claimNext(room)).toBeUndefined();
  const moves = await room.store.eventsOf({ sessionId: session.id, types: ["ticket_moved"] });
  expect(moves.map(({ content }) => content.event)).toEqual(["clear_up", "escalate"]);
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
});

test("open tickets come first", async () => {
  await using room = await openRoom();
  await dieInEveryAttempt(room);
  const open = await openTicket(room.store, "two");
  room.clock.advance(LONG_MS);
  expect((await claimNext(room))?.ticket.id).toBe(open);
  expect((await claimNext(room))?.session.purpose).toBe("clear_up");
});

const NOTHING_LEFT: readonly [what: string, death: Death][] = [
  ["cannot be taken back", { begun: { undo: { type: "none", reason: "ashes" } } }],
  ["need not be taken back", { begun: { undo: { type: "unneeded", reason: "declared" } } }],
];

for (const [what, death] of NOTHING_LEFT) {
  test(`changes that ${what} are nothing to clear up`, async () => {
    await using room = await openRoom();
    await dieInEveryAttempt(room, death);
    room.clock.advance(LONG_MS);
    expect(await claimNext(room)).toBeUndefined();
  });
}

test("a step that was interrupted is to be looked after, whatever its way back", async () => {
  await using room = await openRoom();
  await dieInEveryAttempt(room, {
    begun: { undo: { type: "none", reason: "ashes" }, isOpen: true },
  });
  room.clock.advance(LONG_MS);
  expect((await claimNext(room))?.session.purpose).toBe("clear_up");
});

test("what a session that ended by itself has said of its changes stands", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  const { session } = await claimed(room.store);
  await change(room.store, session.id);
  await room.store.escalateTicket(session.id, GAVE_UP);
  room.clock.advance(LONG_MS);
  expect(await claimNext(room)).toBeUndefined();
});

test("what it did not come to is looked after, at once", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  const { session } = await claimed(room.store);
  await change(room.store, session.id);
  const stopped = { stopReason: "aborted", detail: "SIGTERM", isUnfinished: true } as const;
  await room.store.escalateTicket(session.id, stopped);
  expect((await claimNext(room))?.session.purpose).toBe("clear_up");
});

test("what was concluded may still be confirmed: until then nobody clears up", async () => {
  await using room = await openRoom();
  const work = ({ id }: Session) => room.store.concludeTicket(id, FIXED);
  const settleMs = 15_000;
  await dieInEveryAttempt(room, { work, settleMs });
  const confirmedWithinMs = 2 * settleMs + 10_000;
  room.clock.advance(confirmedWithinMs - 1);
  expect(await claimNext(room)).toBeUndefined();
  room.clock.advance(1);
  expect((await claimNext(room))?.session.purpose).toBe("clear_up");
});

test("what nobody has confirmed in time is looked after, whatever was said of it", async () => {
  await using room = await openRoom();
  await openTicket(room.store);
  const { session } = await claimed(room.store);
  await change(room.store, session.id);
  await room.store.concludeTicket(session.id, FIXED);
  await room.store.escalateTicket(session.id, GAVE_UP);
  expect(await claimNext(room)).toBeUndefined();
  room.clock.advance(2 * 2_000 + 10_000);
  expect((await claimNext(room))?.session.purpose).toBe("clear_up");
});

test("who cannot see is followed by the next one after a while", async () => {
  await using room = await openRoom();
  await dieInEveryAttempt(room);
  room.clock.advance(LONG_MS);
  const { session } = defined(await claimNext(room));
  await room.store.releaseTicket(session.id, { stopReason: "gave_up", detail: "dark" });
  expect(await claimNext(room)).toBeUndefined();
  room.clock.advance(5_000);
  expect((await claimNext(room))?.session.purpose).toBe("clear_up");
});

test("who dies over it leaves it to others, so many times and no more", async () => {
  await using room = await openRoom();
  const { id, note } = await dieInEveryAttempt(room);
  for (let time = 1; time <= CLEAR_UPS_MAX; time += 1) {
    expect((await room.store.getTicket(id))?.note).toBe(note);
    room.clock.advance(LONG_MS);
    expect((await claimNext(room))?.session.purpose).toBe("clear_up");
    room.clock.advance(LEASE_MS);
    expect((await room.store.expireLeases()).map(({ state }) => state)).toEqual(["escalated"]);
  }
  room.clock.advance(LONG_MS);
  expect(await claimNext(room)).toBeUndefined();
  expect((await room.store.getTicket(id))?.note).toBe(
    `${note}; what is left was not cleared up (8 of 8): the lease of next expired`,
  );
  expect((await room.store.getTicket(id))?.attempts).toBe(3);
  expect(await room.store.verifyAudit()).toMatchObject({ state: "intact" });
});

test("a lease that expires over it is followed by a longer backoff each time", async () => {
  await using room = await openRoom();
  await dieInEveryAttempt(room);
  for (const backoffMs of [20_000, 5_000, 10_000, 20_000]) {
    room.clock.advance(backoffMs - 1);
    expect(await claimNext(room)).toBeUndefined();
    room.clock.advance(1);
    expect(await claimNext(room)).toBeDefined();
    room.clock.advance(LEASE_MS);
    await room.store.expireLeases();
  }
});

test("who is told to stop over it is followed by the next one at once", async () => {
  await using room = await openRoom();
  await dieInEveryAttempt(room);
  room.clock.advance(LONG_MS);
  const { ticket, session } = defined(await claimNext(room));
  await room.store.releaseTicket(session.id, { stopReason: "aborted", detail: "SIGTERM" });
  expect(await room.store.getTicket(ticket.id)).toMatchObject({ state: "escalated", lease: null });
  expect((await claimNext(room))?.session.purpose).toBe("clear_up");
});

const IN_HAND: readonly [what: string, take: (store: TicketOpsDB, id: number) => unknown][] = [
  ["holds", (store, id) => store.setHeld(id, true)],
  ["has resolved", (store, id) => store.resolveTicket(id, "by hand")],
];

for (const [what, take] of IN_HAND) {
  test(`a ticket that a person ${what} is not cleared up`, async () => {
    await using room = await openRoom();
    const { id } = await dieInEveryAttempt(room);
    room.clock.advance(LONG_MS);
    await take(room.store, id);
    expect(await claimNext(room)).toBeUndefined();
  });
}

test("a ticket that a person sends back is repaired, and not cleared up", async () => {
  await using room = await openRoom();
  const { id } = await dieInEveryAttempt(room);
  room.clock.advance(LONG_MS);
  await room.store.retryTicket(id);
  const { session } = defined(await claimNext(room));
  expect(session.purpose).toBe("repair");
  await room.store.escalateTicket(session.id, GAVE_UP);
  room.clock.advance(LONG_MS);
  expect(await claimNext(room)).toBeUndefined();
});

test("an agent that may change nothing, or is of another subject, does not clear up", async () => {
  await using room = await openRoom();
  await dieInEveryAttempt(room);
  room.clock.advance(LONG_MS);
  expect(await claimNext(room, { mode: "observe" })).toBeUndefined();
  expect(await claimNext(room, { subject: "another" })).toBeUndefined();
  expect(await claimNext(room, { subject: "toy" })).toBeDefined();
});

test("a subject is unattended while no session will look after what was interrupted", async () => {
  await using room = await openRoom();
  const { store, clock } = room;
  const { id } = await dieInEveryAttempt(room, { begun: { isOpen: true } });
  expect(await store.unattendedSubjects()).toEqual([]);
  await store.setHeld(id, true);
  expect(await store.unattendedSubjects()).toEqual(["toy"]);
  expect(await store.unattendedSubjects("another")).toEqual([]);
  await store.resolveTicket(id, "by hand");
  expect(await store.unattendedSubjects("toy")).toEqual(["toy"]);
  const seen = { sessionId: null, agentId: "idle", state: "took_effect", reason: "" } as const;
  expect(await store.settleStep(1, seen)).toBe(true);
  expect(await store.unattendedSubjects()).toEqual([]);
  clock.advance(LONG_MS);
  const [settled] = await store.eventsOf({ types: ["step_settled"] });
  expect(settled).toMatchObject({ ticketId: id, sessionId: null, content: { agentId: "idle" } });
  expect(await store.verifyAudit()).toMatchObject({ state: "intact" });
});
