// What the audit tells of one ticket, put together for a person who was not there: what was seen,
// concluded, done, changed, verified and spent, each with the row that says so. As long as a page,
// however long the record is.
import { addUsages } from "../agent/limits.ts";
import type { AuditEvent } from "../domain/audit.ts";
import { NO_USAGE, type Session, type Usage } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { textIn } from "./audit-content.ts";
import { eventsIn, TOLD_TYPES } from "./audit-pages.ts";
import {
  createTeller,
  laterOfStep,
  type Said,
  type SessionStory,
  type StepLater,
} from "./audit-session-story.ts";
import { collectEnds, endsOf } from "./ends-of.ts";

/** Kept of the first, and of the last. */
const MOVES_HALF = 20;
const SESSIONS_HALF = 5;

export interface Story {
  readonly ticket: Ticket;
  /** The row of the opening; undefined when it is not in the audit any more. */
  readonly openedRow: number | undefined;
  /** The first and the last. */
  readonly sessions: readonly SessionStory[];
  readonly sessionsOmitted: number;
  /** In the order in which they happened; the first and the last. */
  readonly moves: readonly MoveStory[];
  readonly cost: CostStory;
}

export interface MoveStory extends Said {
  /** `claim`, `verify`, `held`: see TICKET_EVENTS. */
  readonly event: string;
  readonly to: string;
}

export interface CostStory {
  readonly sessions: number;
  readonly turns: number;
  readonly usage: Usage;
  /** From the first claim to the last end, waiting included. */
  readonly durationMs: number;
}

/** Of all sessions, or of the one that is given. */
export interface StoryWish {
  readonly ticket: Ticket;
  readonly session?: Session;
  readonly nowMs: number;
}

export async function storyOf(store: TicketOps, wish: StoryWish): Promise<Story> {
  const { ticket, session, nowMs } = wish;
  const all = await store.sessionsOf(ticket.id);
  const meant = all
    .map((one, index) => ({ session: one, attempt: index + 1 }))
    .filter((one) => session === undefined || one.session.id === session.id);
  const told = endsOf(meant, SESSIONS_HALF);
  const tellers = new Map(told.items.map((one) => [one.session.id, createTeller(one)]));
  const moves = collectEnds<MoveStory>(MOVES_HALF);
  const laterOf = new Map<number, StepLater>();
  let openedRow: number | undefined;
  const whose = session === undefined ? { ticketId: ticket.id } : { sessionId: session.id };
  for await (const event of eventsIn(store, { ...whose, types: TOLD_TYPES })) {
    if (event.type === "ticket_opened") openedRow ??= event.id;
    for (const move of moveIn(event)) moves.add(move);
    const later = laterOfStep(event);
    if (later) laterOf.set(...later);
    tellers.get(event.sessionId ?? "")?.take(event);
  }
  const sessions: SessionStory[] = [];
  for (const [id, teller] of tellers) {
    sessions.push(teller.tell(await store.journalOf(id), laterOf));
  }
  return {
    ...{ ticket, openedRow, sessions, sessionsOmitted: told.omitted },
    moves: moves.ends().items,
    cost: costOf(
      meant.map((one) => one.session),
      nowMs,
    ),
  };
}

function moveIn({ id, atMs, type, content }: AuditEvent): readonly MoveStory[] {
  const said = { row: id, atMs, reason: textIn(content, "reason") };
  if (type === "ticket_moved") {
    return [{ ...said, event: textIn(content, "event"), to: textIn(content, "to") }];
  }
  if (type !== "ticket_flagged") return [];
  const flag = textIn(content, "flag");
  return [{ ...said, event: flag, to: flag }];
}

function costOf(sessions: readonly Session[], nowMs: number): CostStory {
  const lastEnd = sessions.reduce((last, { endedAtMs }) => Math.max(last, endedAtMs ?? nowMs), 0);
  return {
    sessions: sessions.length,
    turns: sessions.reduce((turns, session) => turns + session.turns, 0),
    usage: sessions.map(({ usage }) => usage).reduce(addUsages, NO_USAGE),
    durationMs: Math.max(0, lastEnd - (sessions[0]?.startedAtMs ?? nowMs)),
  };
}
