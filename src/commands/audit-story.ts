// What the audit tells of one ticket, put together for a person who was not there: what was seen,
// concluded, done, changed, verified and spent, each with the row that says so.
import { addUsages } from "../agent/limits.ts";
import type { AuditEvent } from "../domain/audit.ts";
import type { JsonObject } from "../domain/json.ts";
import { type JournalEntry, NO_USAGE, type Session, type Usage } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { type CallStory, callsIn } from "./audit-calls.ts";
import { textIn } from "./audit-content.ts";

export interface TicketRecord {
  readonly ticket: Ticket;
  /** Oldest first, each with its journal. */
  readonly sessions: readonly {
    readonly session: Session;
    readonly journal: readonly JournalEntry[];
  }[];
  /** Of the ticket and its sessions, oldest first. */
  readonly events: readonly AuditEvent[];
}

export interface Story {
  readonly ticket: Ticket;
  /** The row of the opening; undefined when it is not in the audit any more. */
  readonly openedRow: number | undefined;
  readonly sessions: readonly SessionStory[];
  /** In the order in which they happened. */
  readonly moves: readonly MoveStory[];
  readonly cost: CostStory;
}

/** A thing that was said, and the row that says so. */
export interface Said {
  readonly row: number;
  readonly atMs: number;
  readonly reason: string;
}

export interface MoveStory extends Said {
  /** `claim`, `verify`, `held`: see TICKET_EVENTS. */
  readonly event: string;
  readonly to: string;
}

export interface SessionStory {
  readonly session: Session;
  readonly calls: readonly CallStory[];
  readonly conclusions: readonly ConclusionStory[];
  /** Why the monitor did not believe it. */
  readonly refusals: readonly Said[];
  /** What persons were asked, and what they said. */
  readonly approvals: readonly Said[];
  readonly changes: readonly ChangeStory[];
}

/** A step that may have changed the subject. */
export interface ChangeStory {
  readonly entry: JournalEntry;
  /** Of its end, else of its beginning; undefined where an older version made it. */
  readonly row: number | undefined;
}

export interface ConclusionStory {
  readonly row: number;
  readonly atMs: number;
  readonly outcome: string;
  readonly rootCause: string;
  readonly summary: string;
  /** Rows of results that the model named; every result before it where it named none. */
  readonly evidence: readonly number[];
  readonly isEvidenceNamed: boolean;
}

export interface CostStory {
  readonly sessions: number;
  readonly turns: number;
  readonly usage: Usage;
  /** From the first claim to the last end, waiting included. */
  readonly durationMs: number;
}

/** Everything that the store has on the ticket. */
export async function recordOf(store: TicketOps, ticket: Ticket): Promise<TicketRecord> {
  const sessions = await store.sessionsOf(ticket.id);
  const withJournals = sessions.map(async (session) => ({
    session,
    journal: await store.journalOf(session.id),
  }));
  const events = await store.eventsOf({ ticketId: ticket.id });
  return { ticket, sessions: await Promise.all(withJournals), events };
}

export function tellStory({ ticket, sessions, events }: TicketRecord, nowMs: number): Story {
  return {
    ticket,
    openedRow: events.find(({ type }) => type === "ticket_opened")?.id,
    sessions: sessions.map(({ session, journal }) => {
      const own = events.filter(({ sessionId }) => sessionId === session.id);
      return sessionStory({ session, journal, events: own });
    }),
    moves: events.flatMap(moveIn),
    cost: costOf(
      sessions.map(({ session }) => session),
      nowMs,
    ),
  };
}

function sessionStory(record: {
  readonly session: Session;
  readonly journal: readonly JournalEntry[];
  readonly events: readonly AuditEvent[];
}): SessionStory {
  const { session, journal, events } = record;
  const calls = callsIn(events);
  const said = (type: AuditEvent["type"], wordsOf: (content: JsonObject) => string) =>
    events
      .filter((event) => event.type === type)
      .map(({ id, atMs, content }) => ({ row: id, atMs, reason: wordsOf(content) }));
  const reasonOf = (content: JsonObject) => textIn(content, "reason");
  return {
    session,
    calls,
    changes: journal.map((entry) => ({ entry, row: rowOfStep(entry, events) })),
    conclusions: events
      .filter(({ type }) => type === "session_concluded")
      .map((event) => conclusionStory(event, calls)),
    refusals: said("verification_refused", reasonOf),
    approvals: [
      ...said("approval_requested", (content) => `was asked: ${reasonOf(content)}`),
      ...said("approval_decided", (content) => `said: ${textIn(content, "decision")}`),
    ].sort((left, right) => left.row - right.row),
  };
}

function rowOfStep({ id }: JournalEntry, events: readonly AuditEvent[]): number | undefined {
  const isOfStep = ({ type, content }: AuditEvent) =>
    (type === "step_begun" || type === "step_finished") && content.entryId === id;
  return events.findLast(isOfStep)?.id;
}

function conclusionStory(event: AuditEvent, calls: readonly CallStory[]): ConclusionStory {
  const { id, atMs, content } = event;
  const conclusion = content.conclusion;
  const said = isObject(conclusion) ? conclusion : {};
  const named = numbersIn(said.evidence);
  const before = calls.flatMap(({ result }) => (result && result.row < id ? [result.row] : []));
  return {
    ...{ row: id, atMs },
    outcome: textIn(said, "outcome"),
    rootCause: textIn(said, "rootCause"),
    summary: textIn(said, "summary"),
    evidence: named.length > 0 ? named : before,
    isEvidenceNamed: named.length > 0,
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
  const ends = sessions.map(({ endedAtMs }) => endedAtMs ?? nowMs);
  const starts = sessions.map(({ startedAtMs }) => startedAtMs);
  return {
    sessions: sessions.length,
    turns: sessions.reduce((turns, session) => turns + session.turns, 0),
    usage: sessions.map(({ usage }) => usage).reduce(addUsages, NO_USAGE),
    durationMs: sessions.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts),
  };
}

function numbersIn(value: JsonObject[string]): readonly number[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "number") : [];
}

function isObject(value: JsonObject[string]): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
