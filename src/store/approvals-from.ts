// Approvals as they are read, with what follows from time, ticket and session.

/** How a session ends that was stopped: it may never have heard what it was told. */
const STOPPED = "('lease_lost', 'aborted')";

/** What was asked for later than that from now was asked before the clock was set back. */
const SET_BACK_MS = 60_000;

/**
 * A SELECT over these rows of the table. `expired` is never stored: it follows from time, ticket
 * and session, and needs nobody to sweep.
 */
export function approvalsFrom(source: string): string {
  return `
  SELECT id, session_id, ticket_id, operation, effects, undo, reason, operation_hash, seen,
    state_hash, note, requested_at_ms, expires_at_ms, decided_at_ms, decided_by,
    held_by AS holder_id, ended_at_ms IS NULL AS is_awaited,
    coalesce(stop_reason IN ${STOPPED}, 0) AS is_unheard, subject,
    CASE WHEN state IN ('pending', 'approved')
      AND (expires_at_ms <= $nowMs OR requested_at_ms > $nowMs + ${SET_BACK_MS}
        OR ticket_state = 'resolved' OR stop_reason NOT IN ${STOPPED})
    THEN 'expired' ELSE state END AS state
  FROM (SELECT *, coalesce(holder_id, session_id) AS held_by FROM ${source})
    JOIN (SELECT id AS holder, ticket_id AS held_for, ended_at_ms, stop_reason FROM sessions)
      ON holder = held_by
    JOIN (SELECT id AS its_ticket, state AS ticket_state, subject FROM tickets)
      ON its_ticket = held_for`;
}
