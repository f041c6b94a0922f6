// Every pair of state and event, against the one table of moves.
import { describe, expect, test } from "bun:test";
import {
  TICKET_EVENTS,
  TICKET_MOVES,
  TICKET_STATES,
  type TicketEvent,
  type TicketState,
} from "../../src/domain/ticket.ts";
import type { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import {
  changeSomething,
  claimBy,
  claimed,
  defined,
  FIXED,
  failureOf,
  GAVE_UP,
  openRoom,
  openTicket,
  ticketIn,
} from "./room.ts";

interface Subject {
  readonly store: TicketOpsDB;
  readonly ticketId: number;
  /** The session that has the ticket, or had it last. */
  readonly sessionId: string;
}

/** The other one needs something that was left: `clear-ups.test.ts`. */
type PlainEvent = Exclude<TicketEvent, "clear_up">;

const APPLY: Readonly<Record<PlainEvent, (subject: Subject) => Promise<unknown>>> = {
  claim: ({ store }) => store.claim(claimBy("another")),
  conclude: ({ store, sessionId }) => store.concludeTicket(sessionId, FIXED),
  escalate: ({ store, sessionId }) => store.escalateTicket(sessionId, GAVE_UP),
  release: ({ store, sessionId }) => store.releaseTicket(sessionId, GAVE_UP),
  verify: ({ store, ticketId }) => store.verifyTicket(ticketId, "it holds"),
  refuse: ({ store, ticketId }) => store.refuseTicket(ticketId, "not yet"),
  heal: ({ store, ticketId }) => store.healTicket(ticketId, "it holds"),
  retry: ({ store, ticketId }) => store.retryTicket(ticketId),
  resolve: ({ store, ticketId }) => store.resolveTicket(ticketId, "by hand"),
};

/**
 * Illegal ones of these are no errors: nothing to claim, a session that has ended, a quicker other.
 */
const QUIET: readonly PlainEvent[] = ["claim", "escalate", "release", "verify", "refuse", "heal"];

for (const state of TICKET_STATES) {
  for (const event of TICKET_EVENTS.filter((each) => each !== "clear_up")) {
    const isLegal = TICKET_MOVES[event].from.includes(state);
    const outcome = isLegal ? `leads to ${TICKET_MOVES[event].to}` : "changes nothing";
    test(`${event} on a ticket that is ${state} ${outcome}`, () => checkPair(state, event));
  }
}

async function checkPair(state: TicketState, event: PlainEvent): Promise<void> {
  await using room = await openRoom();
  const { store } = room;
  const { ticketId, sessionId } = await ticketIn(store, state);
  const before = await store.getTicket(ticketId);
  const failure = await failureOf(APPLY[event]({ store, ticketId, sessionId }));
  const after = defined(await store.getTicket(ticketId));
  if (TICKET_MOVES[event].from.includes(state)) {
    expect({ state: after.state, failure }).toEqual({
      state: TICKET_MOVES[event].to,
      failure: undefined,
    });
  } else {
    expect(after).toEqual(defined(before));
    expect(failure?.code).toBe(QUIET.includes(event) ? undefined : "conflict");
  }
  expect(await store.verifyAudit()).toMatchObject({ state: "intact" });
}

describe("a resolution", () => {
  test("is verified_fix for a session that changed something", async () => {
    await using room = await openRoom();
    await openTicket(room.store);
    const { ticket, session } = await claimed(room.store);
    await changeSomething(room.store, session.id);
    await room.store.concludeTicket(session.id, FIXED);
    const resolved = await room.store.verifyTicket(ticket.id, "it holds");
    expect(resolved).toMatchObject({ state: "resolved", resolution: "verified_fix", lease: null });
  });

  test("is self_healed for a session that changed nothing", async () => {
    await using room = await openRoom();
    const { ticketId } = await ticketIn(room.store, "verifying");
    expect(await room.store.verifyTicket(ticketId, "it holds")).toMatchObject({
      resolution: "self_healed",
    });
  });

  test("frees the fingerprint for a new ticket", async () => {
    await using room = await openRoom();
    const first = await openTicket(room.store);
    await room.store.resolveTicket(first, "by hand");
    expect(await openTicket(room.store)).toBe(first + 1);
  });
});

describe("a refusal", () => {
  test("keeps the lease and leaves its reason on the ticket", async () => {
    await using room = await openRoom();
    const { ticketId } = await ticketIn(room.store, "verifying");
    const before = defined(await room.store.getTicket(ticketId));
    const refused = await room.store.refuseTicket(ticketId, "violated again");
    const kept = { lease: defined(before.lease), note: "violated again", verifyingSinceMs: null };
    expect(refused).toMatchObject({ state: "claimed", ...kept });
  });
});

describe("a held ticket", () => {
  test("is not closed by the monitor", async () => {
    await using room = await openRoom();
    const { store } = room;
    const { ticketId } = await ticketIn(store, "verifying");
    await store.setHeld(ticketId, true);
    expect(await store.verifyTicket(ticketId, "it holds")).toBeUndefined();
    await store.setHeld(ticketId, false);
    expect(await store.verifyTicket(ticketId, "it holds")).toMatchObject({ state: "resolved" });
  });

  test("does not heal while it is held", async () => {
    await using room = await openRoom();
    const ticketId = await openTicket(room.store);
    await room.store.setHeld(ticketId, true);
    expect(await room.store.healTicket(ticketId, "it holds")).toBeUndefined();
  });

  test("is audited once for each change of the flag", async () => {
    await using room = await openRoom();
    const ticketId = await openTicket(room.store);
    for (const isHeld of [true, true, false]) await room.store.setHeld(ticketId, isHeld);
    const events = await room.store.eventsOf({ ticketId });
    expect(events.map(({ content }) => content.flag)).toEqual([undefined, "held", "unheld"]);
  });
});

test("a retry starts the attempts anew and keeps the note", async () => {
  await using room = await openRoom();
  const { ticketId } = await ticketIn(room.store, "escalated");
  const retried = await room.store.retryTicket(ticketId);
  expect(retried).toMatchObject({ state: "open", attempts: 0, note: GAVE_UP.detail });
});

test("every move is an audit event with its reason", async () => {
  await using room = await openRoom();
  const { ticketId } = await ticketIn(room.store, "verifying");
  await room.store.refuseTicket(ticketId, "not yet");
  await room.store.resolveTicket(ticketId, "by hand");
  const moves = await room.store.eventsOf({ ticketId });
  const told = moves.filter(({ type }) => type === "ticket_moved").map(({ content }) => content);
  expect(told.map(({ event, from, to }) => [event, from, to].join(" "))).toEqual([
    "claim open claimed",
    "conclude claimed verifying",
    "refuse verifying claimed",
    "resolve claimed resolved",
  ]);
});
