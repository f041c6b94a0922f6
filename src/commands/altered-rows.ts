// Before a page quotes rows of the audit: whether each of them gives its own hash. That none is
// missing, and all the rest, is what operator audit verify looks at.
import type { EventFilter } from "../domain/audit.ts";
import type { TicketDesk } from "../domain/ticket-ops.ts";
import { eventsIn } from "./audit-pages.ts";

/** The first that does not; null where all of them do. */
export async function alteredRowOf(
  desk: TicketDesk,
  whose: Pick<EventFilter, "sessionId" | "ticketId">,
): Promise<number | null> {
  const { isAsWritten } = await import("../store/audit-stored.ts");
  for await (const event of eventsIn(desk, whose)) {
    if (!isAsWritten(event)) return event.id;
  }
  return null;
}

export function alteredLines(row: number | null): readonly string[] {
  if (row === null) return [];
  const follows = "what is said here may not be what happened (operator audit verify)";
  return [`ALTERED: row ${row} is not as it was written: ${follows}`];
}
