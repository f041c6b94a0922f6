// Following the audit of a database that others write: what is new since the last time, and, at the
// beginning or in another database, the end of what there is.
import type { AuditEvent } from "../domain/audit.ts";
import type { TicketDesk } from "../domain/ticket-ops.ts";

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
    const events = await desk.eventsOf({ afterId: seen.id - 1, limit: EVENTS_MAX });
    const [same, ...added] = events;
    // Each hash covers all before it: with another one this is another database.
    if (same?.hash === seen.hash) return added;
  }
  const last = await lastEventId(desk);
  return desk.eventsOf({ afterId: Math.max(0, last - HISTORY_EVENTS), limit: HISTORY_EVENTS });
}

/** Ids count from 1 without gaps: the last is found in a few looks, however many there are. */
async function lastEventId(desk: TicketDesk): Promise<number> {
  const isThere = async (id: number) =>
    (await desk.eventsOf({ afterId: id - 1, limit: 1 })).length > 0;
  let beyond = 1;
  while (await isThere(beyond)) beyond *= 2;
  let last = Math.floor(beyond / 2);
  while (beyond - last > 1) {
    const middle = Math.floor((last + beyond) / 2);
    if (await isThere(middle)) last = middle;
    else beyond = middle;
  }
  return last;
}
