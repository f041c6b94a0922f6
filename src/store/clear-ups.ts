// What sessions left in a subject that ended before they could take it back, on a ticket that a
// person has by now: whether there is anything, and who looks after it. Nobody else repairs there.
import type { Session } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { ClaimRequest } from "../domain/ticket-ops.ts";
import { parseTicket } from "./rows.ts";
import type { Bindings, StoreCall } from "./transaction.ts";

/** Backed off, they last some ten minutes: whoever cannot see the subject now may see it then. */
export const CLEAR_UPS_MAX = 8;

export interface Leaving {
  /** That has had the ticket until now. */
  readonly session: Pick<Session, "ticketId" | "purpose">;
  /** It did not come to the end of taking back what it had changed. */
  readonly isCutShort: boolean;
}

/** How often somebody may still look after what is left; null when nothing is. */
export function clearUpsAfter(call: StoreCall, leaving: Leaving): number | null {
  if (!isSomethingLeft(call, leaving)) return null;
  const { ticketId, purpose } = leaving.session;
  return purpose === "clear_up" ? triesLeft(call, ticketId) : CLEAR_UPS_MAX;
}

/** Of a ticket that is being cleared up: this time is counted already. */
export function triesLeft({ db }: StoreCall, ticketId: number): number {
  const query = db.query<{ left: number | null }, [number]>(
    "SELECT clear_ups_left AS left FROM tickets WHERE id = ?",
  );
  return query.get(ticketId)?.left ?? 0;
}

export interface ClearUpClaim {
  readonly request: ClaimRequest;
  readonly sessionId: string;
}

/**
 * The one that is escalated the longest. Not held: then a person has it in hand. Not for a session
 * that may change nothing.
 */
export function claimLeftover(
  { db, nowMs, rules }: StoreCall,
  { request, sessionId }: ClearUpClaim,
): Ticket | undefined {
  const { agentId, leaseMs, subject, mode } = request;
  if (mode === "observe") return undefined;
  const ofSubject = subject === undefined ? "" : "AND subject = $subject";
  const row = db
    .query<unknown, Bindings>(
      `UPDATE tickets SET state = 'claimed', clear_ups_left = clear_ups_left - 1,
        session_id = $sessionId, lease_agent_id = $agentId,
        lease_expires_at_ms = $nowMs + $leaseMs, lease_ms = $leaseMs, updated_at_ms = $nowMs
      WHERE id = (
        SELECT id FROM tickets INDEXED BY tickets_to_clear_up
        WHERE state = 'escalated' AND is_held = 0 AND clear_ups_left > 0 ${ofSubject}
          AND claimable_at_ms NOT BETWEEN $nowMs + 1 AND $nowMs + $backoffMsMax
        ORDER BY opened_at_ms, id LIMIT 1)
      RETURNING *`,
    )
    .get({
      ...{ sessionId, agentId, leaseMs, nowMs, subject: subject ?? null },
      backoffMsMax: rules.backoffMsMax,
    });
  return row === null ? undefined : parseTicket(row);
}

/** Something that nobody has looked after, or that can be taken back and was not. */
function isSomethingLeft({ db }: StoreCall, { session, isCutShort }: Leaving): boolean {
  const row = db
    .query<unknown, Bindings>(
      `SELECT 1 FROM sessions JOIN journal AS step ON step.session_id = sessions.id
      WHERE sessions.ticket_id = $ticketId AND (step.state = 'intended' OR ($isCutShort
        AND step.undoes IS NULL AND step.undo ->> 'type' = 'call' AND step.has_changed IS NOT 0
        AND step.state IN ('done', 'failed', 'took_effect', 'unknown')))
      LIMIT 1`,
    )
    .get({ ticketId: session.ticketId, isCutShort: isCutShort ? 1 : 0 });
  return row !== null;
}
