// What lies around a ticket: others that were open beside it, and what agents did for those to its
// entity. An incident may be of our own making, and may have been mended for another's sake.
import type { AuditEvent } from "../domain/audit.ts";
import type { JournalEntry } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { numberIn, objectIn, textIn } from "./audit-content.ts";
import { effectOf } from "./audit-effect.ts";
import { operationWords } from "./audit-operation.ts";
import { eventsIn } from "./audit-pages.ts";

/** What follows from a step may take so long to be seen. */
const BEFORE_MS = 60_000;
/** More are counted, and not told. */
export const NEIGHBOURS_MAX = 1_000;
/** Who is opened anew is opened at the monitor's next look. */
const NEXT_MAX = 8;

export interface Around {
  /** Other tickets of the subject that were open at the same time. Oldest first, the last ones. */
  readonly neighbours: readonly Ticket[];
  /** What agents did to its entity for other tickets, since it broke and shortly before. */
  readonly others: readonly OtherDeed[];
  /** The first of those that were repaired meanwhile, and after which it was seen well. */
  readonly repaired: Ticket | undefined;
  /** What the monitor opened for the same when a person had closed it, and it was still broken. */
  readonly continued: Ticket | undefined;
}

export interface OtherDeed {
  /** Of its beginning. */
  readonly row: number;
  readonly atMs: number;
  readonly ticketId: number;
  readonly words: string;
  /** Begun before it was seen broken: it has nothing to do with how that ended. */
  readonly isBefore: boolean;
  readonly entry: JournalEntry;
}

export async function aroundOf(store: TicketOps, ticket: Ticket): Promise<Around> {
  const beside = async (beforeMs: number) => {
    const wish = { beside: { ticketId: ticket.id, beforeMs }, limit: NEIGHBOURS_MAX };
    return (await store.listTickets(wish)).toReversed();
  };
  const neighbours = await beside(0);
  const deeds = await deedsOf(store, { ticket, nearby: await beside(BEFORE_MS) });
  return {
    neighbours,
    others: deeds.filter(({ isOfEntity }) => isOfEntity),
    repaired: neighbours.find((other) => isRepairBeside(other, { ticket, deeds })),
    continued: await continuedBy(store, ticket),
  };
}

interface Deed extends OtherDeed {
  readonly isOfEntity: boolean;
}

interface Nearby {
  readonly ticket: Ticket;
  readonly nearby: readonly Ticket[];
}

async function deedsOf(store: TicketOps, { ticket, nearby }: Nearby): Promise<readonly Deed[]> {
  const rows = await rowsOf(store, ticket);
  const deeds: Deed[] = [];
  for (const { id } of nearby) {
    const journal = new Map<number, JournalEntry>();
    const seen = new Set<string>();
    for await (const event of eventsIn(store, { ticketId: id, types: ["step_begun"] })) {
      const sessionId = event.sessionId ?? "";
      const steps = seen.has(sessionId) ? [] : await store.journalOf(sessionId);
      seen.add(sessionId);
      for (const entry of steps) journal.set(entry.id, entry);
      const entry = journal.get(numberIn(event.content, "entryId") ?? 0);
      const time = timeOf(event, { ticket, rows });
      if (entry && time) deeds.push({ ...deedIn(event, { entry, ticket }), ...time });
    }
  }
  return deeds.toSorted((left, right) => left.row - right.row);
}

interface Rows {
  readonly opened: number;
  readonly ended: number;
}

async function rowsOf(store: TicketOps, { id: ticketId, state }: Ticket): Promise<Rows> {
  const [opened] = await store.eventsOf({ ticketId, limit: 1 });
  const moves = { ticketId, types: ["ticket_moved"], isNewestFirst: true, limit: 1 } as const;
  const [ended] = state === "resolved" ? await store.eventsOf(moves) : [];
  return { opened: opened?.id ?? 0, ended: ended?.id ?? Number.POSITIVE_INFINITY };
}

/** Undefined of what was begun long before, or after it was over. */
function timeOf(
  { id: row, atMs }: AuditEvent,
  { ticket, rows }: { readonly ticket: Ticket; readonly rows: Rows },
): Pick<OtherDeed, "isBefore"> | undefined {
  const { violatedSinceMs, openedAtMs } = ticket;
  if (row > rows.opened) return row < rows.ended ? { isBefore: false } : undefined;
  const isNear = atMs >= violatedSinceMs - BEFORE_MS && atMs <= openedAtMs;
  return isNear ? { isBefore: atMs < violatedSinceMs } : undefined;
}

function deedIn(
  { id: row, atMs, content, ticketId }: AuditEvent,
  { entry, ticket }: { readonly entry: JournalEntry; readonly ticket: Ticket },
): Omit<Deed, "isBefore"> {
  const { operation, targets, undoes } = entry;
  const what = operationWords(operation);
  const words = undoes === null ? what : `${what}, to take back step ${undoes}`;
  const isOfEntity =
    targets.includes(ticket.entity) ||
    textIn(objectIn(content, "operation"), "target") === ticket.entity;
  return { row, atMs, ticketId: ticketId ?? 0, words, entry, isOfEntity };
}

/** What was seen broken after the other's end was not mended with it. */
function isRepairBeside(
  { id, resolution, resolvedAtMs }: Ticket,
  { ticket, deeds }: { readonly ticket: Ticket; readonly deeds: readonly Deed[] },
): boolean {
  if (resolution !== "verified_fix" || (resolvedAtMs ?? 0) < ticket.lastViolatedAtMs) return false;
  return deeds.some(({ ticketId, isBefore, entry }) => {
    return ticketId === id && !isBefore && effectOf(entry) === "changed";
  });
}

async function continuedBy(store: TicketOps, ticket: Ticket): Promise<Ticket | undefined> {
  const { id, fingerprint, resolution, resolvedAtMs } = ticket;
  if (resolution !== "manual" || resolvedAtMs === null) return undefined;
  for (let by = 1; by <= NEXT_MAX; by += 1) {
    const next = await store.getTicket(id + by);
    if (next?.fingerprint !== fingerprint) continue;
    return next.violatedSinceMs <= resolvedAtMs ? next : undefined;
  }
  return undefined;
}
