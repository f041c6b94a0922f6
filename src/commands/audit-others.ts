// What agents did for other tickets to the entity of this one: an incident may be of our own
// making, and may have been mended for another's sake.
import type { AuditEvent } from "../domain/audit.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { numberIn, objectIn, textIn } from "./audit-content.ts";
import { operationWords } from "./audit-operation.ts";
import { eventsIn } from "./audit-pages.ts";

/** What follows from a step may take so long to be seen. */
const BEFORE_MS = 60_000;
const DEEDS_MAX = 6;

export interface OtherDeed {
  /** Of its beginning. */
  readonly row: number;
  readonly atMs: number;
  readonly ticketId: number;
  readonly step: number | undefined;
  readonly words: string;
}

/** Oldest first. `nearby`: other tickets of the subject. */
export async function deedsForOthers(
  store: TicketOps,
  { ticket, nearby }: { readonly ticket: Ticket; readonly nearby: readonly Ticket[] },
): Promise<readonly OtherDeed[]> {
  const deeds: OtherDeed[] = [];
  for (const { id } of nearby) {
    for await (const event of eventsIn(store, { ticketId: id, types: ["step_begun"] })) {
      if (isOf(event, ticket)) deeds.push(deedIn(event, id));
    }
  }
  return deeds.toSorted((left, right) => left.row - right.row).slice(0, DEEDS_MAX);
}

/** Whether what was done to it may have to do with what was seen of this ticket. */
export function isNear(other: Ticket, { violatedSinceMs, resolvedAtMs }: Ticket): boolean {
  const isBefore = (other.resolvedAtMs ?? Number.POSITIVE_INFINITY) < violatedSinceMs - BEFORE_MS;
  return !isBefore && other.openedAtMs <= (resolvedAtMs ?? Number.POSITIVE_INFINITY);
}

function isOf({ atMs, content }: AuditEvent, ticket: Ticket): boolean {
  const { entity, violatedSinceMs, resolvedAtMs } = ticket;
  const { targets } = content;
  const isIts =
    (Array.isArray(targets) && targets.includes(entity)) ||
    textIn(objectIn(content, "operation"), "target") === entity;
  const isInTime = atMs >= violatedSinceMs - BEFORE_MS;
  return isIts && isInTime && atMs <= (resolvedAtMs ?? Number.POSITIVE_INFINITY);
}

function deedIn({ id: row, atMs, content }: AuditEvent, ticketId: number): OtherDeed {
  const back = numberIn(content, "undoes");
  const what = operationWords(objectIn(content, "operation"));
  const words = back === undefined ? what : `${what}, to take back step ${back}`;
  return { row, atMs, ticketId, step: numberIn(content, "entryId"), words };
}
