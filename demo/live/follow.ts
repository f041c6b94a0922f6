// What the database says now of the tickets that the story follows, and what that makes happen.
import type { Approval } from "../../src/domain/session.ts";
import { isLive, type Ticket } from "../../src/domain/ticket.ts";
import type { TicketOps } from "../../src/domain/ticket-ops.ts";
import type { Awaited, StoryFacts } from "../chapter.ts";
import { expectedTickets, hasEnded, type Struck } from "../follow.ts";
import { NO_RECORD, type TicketRecord } from "./memory.ts";

const TICKETS_MAX = 200;

/** Follows the tickets of the strike; before it, and in a watch, the newest live one. */
export async function readRecord(
  store: TicketOps,
  { subject, struck }: { readonly subject: string; readonly struck: Struck | undefined },
): Promise<TicketRecord> {
  const tickets = await store.listTickets({ subject, limit: TICKETS_MAX });
  const expected = struck ? known(await expectedTickets(store, struck)) : [];
  const followed = chooseFollowed(struck ? expected : byAge(tickets));
  const approval = await pendingApproval(store, subject);
  const injectedAtMs = struck?.injectedAtMs;
  const record = { ...NO_RECORD, tickets, expected, approval, injectedAtMs };
  if (!followed) return record;
  const session = (await store.sessionsOf(followed.id)).at(-1);
  const steps = session ? await store.journalOf(session.id) : [];
  return { ...record, followed, session, steps };
}

function known(tickets: readonly (Ticket | undefined)[]): readonly Ticket[] {
  const opened = tickets.filter((ticket) => ticket !== undefined);
  return opened.toSorted((one, other) => one.id - other.id);
}

/**
 * The oldest of this subject: its time is over first, and a newer one does not take its place. What
 * a person has the ticket for waits for nobody.
 */
async function pendingApproval(store: TicketOps, subject: string): Promise<Approval | undefined> {
  const newestFirst = await store.listApprovals({ state: "pending" });
  for (const approval of newestFirst.toReversed()) {
    const ticket = await store.getTicket(approval.ticketId);
    const isOver = ticket?.state === "escalated" && !approval.isAwaited;
    if (ticket?.subject === subject && !isOver) return approval;
  }
  return undefined;
}

/** Of several, the one that is in work; else the last. */
function chooseFollowed(tickets: readonly Ticket[]): Ticket | undefined {
  const inWork = tickets.find(({ state }) => state === "claimed" || state === "verifying");
  return inWork ?? tickets.at(-1);
}

/** The last is the newest live one; without any, the newest. */
function byAge(newestFirst: readonly Ticket[]): readonly Ticket[] {
  const live = newestFirst.filter(({ state }) => isLive(state));
  return live.length > 0 ? live.toReversed() : newestFirst.slice(0, 1);
}

/** Who will not bring about anything any more: ended too often, or was never there. */
export interface Absent {
  readonly isMonitorGone: boolean;
  readonly isAgentGone: boolean;
}

/** What has happened by now, in the order of the story, or never will: the story goes on then. */
export function happenedBy(
  expected: readonly (Ticket | undefined)[],
  { isMonitorGone, isAgentGone }: Absent,
): readonly Awaited[] {
  if (isMonitorGone) return ["detected", "concluded", "ended"];
  const isKnown = expected.length > 0 && expected.every((ticket) => ticket !== undefined);
  if (!isKnown) return [];
  const isVerifying = (ticket: Ticket | undefined) => ticket?.state === "verifying";
  const isConcluded = (ticket: Ticket | undefined) =>
    isAgentGone || isVerifying(ticket) || hasEnded(ticket);
  // The monitor's verdict comes without the agent, too.
  const isOver = (ticket: Ticket | undefined) =>
    hasEnded(ticket) || (isAgentGone && !isVerifying(ticket));
  return [
    "detected",
    ...(expected.every(isConcluded) ? (["concluded"] as const) : []),
    ...(expected.every(isOver) ? (["ended"] as const) : []),
  ];
}

/** What the story may tell when this has happened. */
export function factsOf(
  what: Awaited,
  { record, struck }: { readonly record: TicketRecord; readonly struck: Struck | undefined },
): Partial<StoryFacts> {
  const { expected, followed, session } = record;
  if (!struck || !followed) return {};
  if (what === "detected") {
    const openedAtMs = Math.max(...expected.map((ticket) => ticket.openedAtMs));
    const ticketIds = expected.map(({ id }) => id);
    return { detectedAfterMs: openedAtMs - struck.injectedAtMs, ticketIds };
  }
  const said = session?.conclusion?.summary ?? followed.note;
  return said ? { conclusion: said } : {};
}
