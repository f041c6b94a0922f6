// What the database says now of the tickets that the story follows, and what that makes happen.
import { isLive, type Ticket } from "../../src/domain/ticket.ts";
import type { TicketOps } from "../../src/domain/ticket-ops.ts";
import type { Awaited } from "../chapter.ts";
import { expectedTickets, hasEnded, type Struck } from "../follow.ts";
import { NO_RECORD, type TicketRecord } from "./memory.ts";

const TICKETS_MAX = 200;

/** Follows the tickets of the strike; before it, and in a watch, the newest live one. */
export async function readRecord(
  store: TicketOps,
  { subject, struck }: { readonly subject: string; readonly struck: Struck | undefined },
): Promise<TicketRecord> {
  const tickets = await store.listTickets({ subject, limit: TICKETS_MAX });
  const expected = struck ? await expectedTickets(store, struck) : [];
  const followed = chooseFollowed(struck ? expected : byAge(tickets));
  const [approval] = await store.listApprovals({ state: "pending" });
  const record = { ...NO_RECORD, tickets, approval, injectedAtMs: struck?.injectedAtMs };
  if (!followed) return record;
  const session = (await store.sessionsOf(followed.id)).at(-1);
  const steps = session ? await store.journalOf(session.id) : [];
  return { ...record, followed, session, steps };
}

/** Of several, the one that is in work; else the last. */
function chooseFollowed(expected: readonly (Ticket | undefined)[]): Ticket | undefined {
  const known = expected.filter((ticket) => ticket !== undefined);
  const inWork = known.find(({ state }) => state === "claimed" || state === "verifying");
  return inWork ?? known.at(-1);
}

/** The last is the newest live one; without any, the newest. */
function byAge(newestFirst: readonly Ticket[]): readonly Ticket[] {
  const live = newestFirst.filter(({ state }) => isLive(state));
  return live.length > 0 ? live.toReversed() : newestFirst.slice(0, 1);
}

/** What has happened by now, in the order of the story. */
export function happenedBy(expected: readonly (Ticket | undefined)[]): readonly Awaited[] {
  const isKnown = expected.length > 0 && expected.every((ticket) => ticket !== undefined);
  if (!isKnown) return [];
  const isConcluded = (ticket: Ticket | undefined) =>
    ticket?.state === "verifying" || hasEnded(ticket);
  return [
    "detected",
    ...(expected.every(isConcluded) ? (["concluded"] as const) : []),
    ...(expected.every(hasEnded) ? (["ended"] as const) : []),
  ];
}
