// Before a page quotes rows of the audit, or of its ticket: whether they are as they were written.
// Whether all others are, is what operator audit verify looks at.
import type { EventFilter } from "../domain/audit.ts";
import type { TicketDesk } from "../domain/ticket-ops.ts";
import { eventsIn } from "./audit-pages.ts";

/** The first that does not; null where all of them do. */
async function alteredRowOf(
  desk: TicketDesk,
  whose: Pick<EventFilter, "sessionId" | "ticketId">,
): Promise<number | null> {
  const { isAsWritten } = await import("../store/audit-stored.ts");
  for await (const event of eventsIn(desk, whose)) {
    if (!isAsWritten(event)) return event.id;
  }
  return null;
}

export interface Alteration {
  /** Of the first event that the page is about and that does not give its hash. */
  readonly alteredRow: number | null;
  /** The first that a verification names, where anything else of the ticket looks altered. */
  readonly altered: { readonly row: string; readonly reason: string } | null;
}

export async function alterationOf(
  desk: TicketDesk,
  whose: Pick<EventFilter, "sessionId"> & { readonly ticketId: number },
): Promise<Alteration> {
  const { sessionId, ticketId } = whose;
  const alteredRow = await alteredRowOf(desk, sessionId ? { sessionId } : { ticketId });
  const verified = alteredRow === null ? await desk.verifyAudit(ticketId) : undefined;
  if (verified?.state !== "broken") return { alteredRow, altered: null };
  const { row, reason } = verified;
  return { alteredRow, altered: { row, reason } };
}

export function isAltered({ alteredRow, altered }: Alteration): boolean {
  return alteredRow !== null || altered !== null;
}

export function alteredLines({ alteredRow, altered }: Alteration): readonly string[] {
  const follows = "what is said here may not be what happened (operator audit verify)";
  if (alteredRow !== null) {
    return [`ALTERED: row ${alteredRow} is not as it was written: ${follows}`];
  }
  return altered === null ? [] : [`ALTERED: ${altered.row}: ${altered.reason}: ${follows}`];
}
