// Steps that were begun and never ended, for whoever began them is gone: found by the next session
// on the subject, which looks and writes down what it saw.
import type { JournalEntry } from "../domain/session.ts";
import type { StepSettlement } from "../domain/ticket-ops.ts";
import { appendChange } from "./audit-chain.ts";
import { countChange, markUndone } from "./journal.ts";
import { parseJournalEntry } from "./rows.ts";
import { requireSession } from "./sessions.ts";
import type { Bindings, StoreCall } from "./transaction.ts";

export interface SettledStep extends StepSettlement {
  readonly entryId: number;
}

/** Oldest first. */
export function interruptedSteps({ db }: StoreCall, subject: string): readonly JournalEntry[] {
  return db
    .query(
      `SELECT journal.* FROM journal INDEXED BY journal_intended
        JOIN tickets ON tickets.id = journal.ticket_id
        JOIN sessions ON sessions.id = journal.session_id
      WHERE journal.state = 'intended' AND sessions.ended_at_ms IS NOT NULL
        AND tickets.subject = ?
      ORDER BY journal.id`,
    )
    .all(subject)
    .map(parseJournalEntry);
}

/** Of tickets that no session will open by itself. Sorted. */
export function unattendedSubjects({ db }: StoreCall, subject?: string): readonly string[] {
  return db
    .query<{ subject: string }, Bindings>(
      `SELECT DISTINCT tickets.subject FROM journal INDEXED BY journal_intended
        JOIN tickets ON tickets.id = journal.ticket_id
        JOIN sessions ON sessions.id = journal.session_id
      WHERE journal.state = 'intended' AND sessions.ended_at_ms IS NOT NULL
        AND (tickets.state = 'resolved' OR tickets.is_held = 1
          OR (tickets.state = 'escalated' AND coalesce(tickets.clear_ups_left, 0) = 0))
        AND tickets.subject = coalesce($subject, tickets.subject)
      ORDER BY tickets.subject`,
    )
    .all({ subject: subject ?? null })
    .map((row) => row.subject);
}

/** The event belongs to the step's ticket and to the session that looked, if one did. */
export function settleStep(call: StoreCall, settled: SettledStep): boolean {
  const { entryId, sessionId, agentId, state, reason } = settled;
  if (sessionId !== null) requireSession(call, sessionId);
  const row = call.db
    .query<unknown, Bindings>(
      `UPDATE journal SET state = $state, result = $reason, ended_at_ms = $nowMs,
        has_changed = $hasChanged
      WHERE id = $entryId AND state = 'intended'
        AND (SELECT ended_at_ms FROM sessions WHERE sessions.id = session_id) IS NOT NULL
      RETURNING *`,
    )
    .get({
      ...{ entryId, state, reason, nowMs: call.nowMs },
      hasChanged: state === "had_no_effect" ? 0 : 1,
    });
  if (row === null) return false;
  const { sessionId: begunBy, ticketId, undoes } = parseJournalEntry(row);
  if (state !== "had_no_effect") countChange(call, begunBy);
  const content = { entryId, state, reason, agentId };
  appendChange(call, { type: "step_settled", ticketId, sessionId, content }, [
    { table: "journal", id: entryId },
    { table: "sessions", id: begunBy },
  ]);
  if (state === "took_effect" && undoes !== null) {
    markUndone(call, { undoes, by: entryId, sessionId });
  }
  return true;
}
