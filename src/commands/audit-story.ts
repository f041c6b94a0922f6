// What the audit tells of one ticket, put together for a person who was not there: what was seen,
// concluded, done, changed, verified and spent, each with the row that says so. As long as a page,
// however long the record is.
import { addUsages } from "../agent/limits.ts";
import type { AuditEvent } from "../domain/audit.ts";
import {
  type Approval,
  type JournalEntry,
  NO_USAGE,
  type Session,
  type Usage,
} from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { type Around, aroundOf } from "./audit-around.ts";
import { type ClockDoubt, collectClock } from "./audit-clock.ts";
import { byIn, numberIn, textIn } from "./audit-content.ts";
import { effectOfAll, leftBy } from "./audit-effect.ts";
import { collectHindsight } from "./audit-hindsight.ts";
import { withNamedRows } from "./audit-named-rows.ts";
import { eventsIn, TOLD_TYPES } from "./audit-pages.ts";
import { createTeller, type Said, type SessionStory } from "./audit-session-story.ts";
import {
  addSpans,
  collectSpans,
  collectWaits,
  NO_SPANS,
  type Spans,
  type Waits,
} from "./audit-spans.ts";
import { collectEnds, endsOf } from "./ends-of.ts";

/** Kept of the first, and of the last. */
const MOVES_HALF = 20;
const SESSIONS_HALF = 5;

export interface Story extends Around {
  readonly ticket: Ticket;
  readonly toldAtMs: number;
  /** The row of the opening; undefined when it is not in the audit any more. */
  readonly openedRow: number | undefined;
  /** Why no durations are made of the stamps. */
  readonly clockDoubt: ClockDoubt | undefined;
  /** What was violated then; the ticket has what was seen of it last. */
  readonly openedReason: string;
  /** The first and the last. */
  readonly sessions: readonly SessionStory[];
  readonly sessionsOmitted: number;
  /** In the order in which they happened; the first and the last. */
  readonly moves: readonly MoveStory[];
  /** Of all steps of its sessions: the most that is known. */
  readonly effect: ReturnType<typeof effectOfAll>;
  /** Of sessions that called nothing repaired: their steps that are in force, but for starts. */
  readonly left: readonly JournalEntry[];
  /** What sessions of its own have asked a person, and nobody has answered. */
  readonly asked: readonly Approval[];
  readonly cost: CostStory;
}

export interface MoveStory extends Said {
  /** `claim`, `verify`, `held`: see TICKET_EVENTS. */
  readonly event: string;
  readonly to: string;
  /** ` by anna (uid 1000) at …`, of a person's move; else empty. */
  readonly by: string;
  /** Where the monitor closed it: for how long it had seen it well; undefined where no row says. */
  readonly wellForMs: number | undefined;
}

export interface CostStory extends Spans, Waits {
  readonly sessions: number;
  readonly turns: number;
  readonly usage: Usage;
}

/** Of all sessions, or of the one that is given. */
export interface StoryWish {
  readonly ticket: Ticket;
  readonly session?: Session;
  readonly nowMs: number;
}

export async function storyOf(store: TicketOps, wish: StoryWish): Promise<Story> {
  const { ticket, session } = wish;
  const all = await store.sessionsOf(ticket.id);
  const meant = all
    .map((one, index) => ({ session: one, attempt: index + 1 }))
    .filter((one) => session === undefined || one.session.id === session.id);
  const told = endsOf(meant, SESSIONS_HALF);
  const tellers = new Map(told.items.map((one) => [one.session.id, createTeller(one)]));
  const spans = new Map(meant.map((one) => [one.session.id, collectSpans(one.session)]));
  const moves = collectEnds<MoveStory>(MOVES_HALF);
  const later = collectHindsight(all);
  const waits = collectWaits();
  const clock = collectClock(ticket);
  let opened: AuditEvent | undefined;
  const whose = session === undefined ? { ticketId: ticket.id } : { sessionId: session.id };
  for await (const event of eventsIn(store, { ...whose, types: TOLD_TYPES })) {
    if (event.type === "ticket_opened") opened ??= event;
    clock.take(event);
    waits.take(event);
    for (const move of moveIn(event)) moves.add(move);
    later.take(event);
    tellers.get(event.sessionId ?? "")?.take(event);
    spans.get(event.sessionId ?? "")?.take(event);
  }
  const journals = new Map<string, readonly JournalEntry[]>();
  for (const { session: one } of meant) journals.set(one.id, await store.journalOf(one.id));
  const journal = [...journals.values()].flat();
  const hindsight = await later.hindsight(store, journal);
  const sessions: SessionStory[] = [];
  for (const [id, teller] of tellers) {
    const one = teller.tell(journals.get(id) ?? [], hindsight);
    sessions.push(await withNamedRows(one, { store, ticket }));
  }
  const asked = await store.listApprovals({ state: "pending" });
  const spent = [...spans.values()].map((one) => one.spans(wish)).reduce(addSpans, NO_SPANS);
  return {
    ...{ ticket, toldAtMs: wish.nowMs, sessions, sessionsOmitted: told.omitted },
    openedRow: opened?.id,
    clockDoubt: clock.doubt(),
    openedReason: (opened && textIn(opened.content, "reason")) || ticket.reason,
    moves: moves.ends().items,
    ...(await aroundOf(store, ticket)),
    effect: effectOfAll(journal),
    left: leftBy(
      meant.filter(isWithoutFix).flatMap(({ session: { id } }) => journals.get(id) ?? []),
    ),
    asked: asked.filter(({ holderId }) => all.some(({ id }) => id === holderId)),
    cost: { ...costOf(meant.map((one) => one.session)), ...spent, ...waits.waits(wish) },
  };
}

function isWithoutFix({ session }: { readonly session: Session }): boolean {
  return session.conclusion?.outcome !== "fixed";
}

function moveIn({ id, atMs, type, content }: AuditEvent): readonly MoveStory[] {
  const said = {
    ...{ row: id, atMs, reason: textIn(content, "reason"), by: byIn(content) },
    wellForMs: numberIn(content, "wellForMs"),
  };
  if (type === "ticket_moved") {
    return [{ ...said, event: textIn(content, "event"), to: textIn(content, "to") }];
  }
  if (type !== "ticket_flagged") return [];
  const flag = textIn(content, "flag");
  return [{ ...said, event: flag, to: flag }];
}

function costOf(sessions: readonly Session[]): Omit<CostStory, keyof Spans | keyof Waits> {
  return {
    sessions: sessions.length,
    turns: sessions.reduce((turns, session) => turns + session.turns, 0),
    usage: sessions.map(({ usage }) => usage).reduce(addUsages, NO_USAGE),
  };
}
