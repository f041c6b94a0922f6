// Following the audit of a database that others write: what is new since the last time, and, at the
// beginning or in another database, the end of what there is.
import type { AuditEvent } from "../domain/audit.ts";
import type { TicketDesk } from "../domain/ticket-ops.ts";
import { TOLD_TYPES } from "./audit-pages.ts";

/** How far back the beginning goes. */
const HISTORY_EVENTS = 500;
/** In one round, so that a round stays short. */
const EVENTS_MAX = 500;

/** `seen` is the last event of the time before. Oldest first. */
export async function eventsSince(
  desk: TicketDesk,
  seen: AuditEvent | undefined,
): Promise<readonly AuditEvent[]> {
  if (seen) {
    const events = await desk.eventsOf({
      types: TOLD_TYPES,
      afterId: seen.id - 1,
      limit: EVENTS_MAX,
    });
    const [same, ...added] = events;
    // Each hash covers all before it: with another one this is another database.
    if (same?.hash === seen.hash) return added;
  }
  const newest = { types: TOLD_TYPES, limit: HISTORY_EVENTS, isNewestFirst: true };
  return (await desk.eventsOf(newest)).toReversed();
}
