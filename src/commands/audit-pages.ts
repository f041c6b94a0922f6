// The audit read in pages: however long it is, little of it is in memory at a time.
import { AUDIT_TYPES, type AuditEvent, type AuditType, type EventFilter } from "../domain/audit.ts";
import type { TicketDesk } from "../domain/ticket-ops.ts";

/** What a session's ports answered may come to megabytes in one event. */
const EVENTS_AT_ONCE = 50;

/** What a replay needs is long, and says nothing to anybody else. */
export const TOLD_TYPES: readonly AuditType[] = AUDIT_TYPES.filter(
  (type) => type !== "session_recorded",
);

/** Oldest first. */
export async function* eventsIn(
  desk: TicketDesk,
  filter: Pick<EventFilter, "sessionId" | "ticketId" | "types" | "afterId">,
): AsyncGenerator<AuditEvent> {
  for (let { afterId = 0 } = filter; ; ) {
    const events = await desk.eventsOf({ ...filter, afterId, limit: EVENTS_AT_ONCE });
    yield* events;
    const last = events.at(-1);
    if (!last) return;
    afterId = last.id;
  }
}
