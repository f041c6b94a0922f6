// Any sequence of calls, by agents, monitors and people, leaves the store in a sensible state.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { isLive, TICKET_MOVES, type Ticket } from "../../src/domain/ticket.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { type HurriedClock, hurriedClock } from "../support/hurried-clock.ts";
import { changeSomething, claimBy, FIXED, failureOf, firing, GAVE_UP } from "./room.ts";

interface World {
  readonly store: TicketOpsDB;
  readonly clock: HurriedClock;
  readonly sessions: string[];
}

/** `which` chooses the ticket, the session or the entity. */
type Event = (world: World, which: number) => Promise<unknown>;

const EVENTS: Readonly<Record<string, Event>> = {
  violate: ({ store }, which) => store.recordViolations([firing({ entity: `member-${which}` })]),
  claim: async ({ store, sessions }) => {
    const claimed = await store.claim(claimBy("agent"));
    if (claimed) sessions.push(claimed.session.id);
  },
  change: (world, which) => changeSomething(world.store, sessionOf(world, which)),
  conclude: (world, which) => world.store.concludeTicket(sessionOf(world, which), FIXED),
  escalate: (world, which) => world.store.escalateTicket(sessionOf(world, which), GAVE_UP),
  release: (world, which) => world.store.releaseTicket(sessionOf(world, which), GAVE_UP),
  renew: (world, which) => world.store.renewLease(sessionOf(world, which), 30_000),
  endSession: (world, which) => world.store.endSession(sessionOf(world, which), GAVE_UP),
  verify: ({ store }, which) => store.verifyTicket(which, "it holds"),
  refuse: ({ store }, which) => store.refuseTicket(which, "not yet"),
  heal: ({ store }, which) => store.healTicket(which, "it holds"),
  retry: ({ store }, which) => store.retryTicket(which),
  resolve: ({ store }, which) => store.resolveTicket(which, "by hand"),
  hold: ({ store }, which) => store.setHeld(which, true),
  unhold: ({ store }, which) => store.setHeld(which, false),
  wait: async ({ clock }, which) => clock.advance(which * 5_000),
  expire: ({ store }) => store.expireLeases(),
};

const FORWARD = ["violate", "claim", "change", "conclude", "verify", "refuse", "retry"];

const steps = fc.array(
  fc.record({
    // What leads further counts several times, so that tickets come to their end.
    event: fc.constantFrom(...Object.keys(EVENTS), ...FORWARD, ...FORWARD, ...FORWARD),
    which: fc.integer({ min: 1, max: 3 }),
  }),
  { minLength: 1, maxLength: 80, size: "max" },
);

test("whatever happens, tickets, sessions and audit agree", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (chosen) => {
      const clock = hurriedClock();
      using store = TicketOpsDB.open({ path: ":memory:", clock });
      const world: World = { store, clock, sessions: [] };
      for (const { event, which } of chosen) {
        const failure = await failureOf(Promise.resolve(EVENTS[event]?.(world, which)));
        // Anything else would be a broken CHECK or a defect.
        if (failure) expect(["conflict", "not_found"]).toContain(failure.code);
        await checkInvariants(world);
      }
    }),
    { numRuns: 60 },
  );
});

async function checkInvariants({ store }: World): Promise<void> {
  const tickets = await store.listTickets({ limit: 100 });
  const live = tickets.filter(({ state }) => isLive(state)).map(({ fingerprint }) => fingerprint);
  expect(new Set(live).size).toBe(live.length);
  const summaries = await store.listSessions({ limit: 1_000 });
  const running = summaries.filter(({ session }) => session.endedAtMs === null);
  const worked = tickets.filter(({ lease }) => lease !== null);
  expect(running.map(({ session }) => session.id).sort()).toEqual(
    worked.map(({ sessionId }) => sessionId ?? "none").sort(),
  );
  for (const ticket of tickets) {
    expect(ticket.attempts).toBeLessThanOrEqual(3);
    expect(await stateToldBy(store, ticket)).toBe(ticket.state);
  }
  expect(await store.verifyAudit()).toMatchObject({ state: "intact" });
}

/** Follows the audited moves from the opening on; each must be in the table. */
async function stateToldBy(store: TicketOpsDB, { id }: Ticket): Promise<string> {
  let state = "open";
  for (const { type, content } of await store.eventsOf({ ticketId: id })) {
    if (type !== "ticket_moved") continue;
    const move = Object.entries(TICKET_MOVES).find(([event]) => event === content.event)?.[1];
    expect({ from: content.from, to: content.to }).toEqual({ from: state, to: move?.to });
    expect(move?.from.map(String)).toContain(state);
    state = String(content.to);
  }
  return state;
}

function sessionOf({ sessions }: World, which: number): string {
  return sessions.at(-which) ?? sessions.at(-1) ?? "none";
}
