// Mutating steps: the intent before, the outcome after. What is still `intended` when its session
// has ended may have happened or not, and the next session must look.
import { OperatorError } from "../domain/errors.ts";
import { canonicalJson } from "../domain/json.ts";
import type { JournalEntry, RecentStep } from "../domain/session.ts";
import type { RecentStepsQuery, StepIntent, StepOutcome } from "../domain/ticket-ops.ts";
import { appendChange } from "./audit-chain.ts";
import { parseJournalEntry } from "./rows.ts";
import { requireSession } from "./sessions.ts";
import { requireTicket } from "./tickets.ts";
import type { Bindings, StoreCall } from "./transaction.ts";

export interface OutcomeOfStep extends StepOutcome {
  readonly entryId: number;
}

/** Throws code "conflict" unless the session has its ticket, claimed, with a lease that lasts. */
export function beginStep(call: StoreCall, step: StepIntent): number {
  const { sessionId, kind, operation, targets } = step;
  const { ticketId } = requireSession(call, sessionId);
  const inserted = call.db
    .query<{ id: number }, Bindings>(
      `INSERT INTO journal (session_id, ticket_id, kind, operation, targets, state, started_at_ms)
      SELECT $sessionId, id, $kind, $operation, $targets, 'intended', $nowMs FROM tickets
      WHERE id = $ticketId AND session_id = $sessionId AND state = 'claimed'
        AND lease_expires_at_ms > $nowMs
      RETURNING id`,
    )
    .get({
      ...{ sessionId, ticketId, kind, nowMs: call.nowMs },
      operation: canonicalJson(operation),
      targets: canonicalJson(targets),
    });
  if (inserted) {
    const { id: entryId } = inserted;
    const content = { entryId, kind, operation, targets };
    const begun = { type: "step_begun", ticketId, sessionId, content } as const;
    appendChange(call, begun, [{ table: "journal", id: entryId }]);
    return entryId;
  }
  const { state } = requireTicket(call, ticketId);
  throw new OperatorError(
    "conflict",
    `cannot begin a step: session ${sessionId} has no lease on ticket ${ticketId} (${state})`,
  );
}

/** Also after the session's end, since it tells what happened. Once: code "conflict" after that. */
export function finishStep(call: StoreCall, outcome: OutcomeOfStep): void {
  const { entryId, state, result, changed } = outcome;
  const finished = call.db
    .query<{ session_id: string; ticket_id: number }, Bindings>(
      `UPDATE journal SET state = $state, result = $result, ended_at_ms = $nowMs
      WHERE id = $entryId AND state = 'intended' RETURNING session_id, ticket_id`,
    )
    .get({ entryId, state, result, nowMs: call.nowMs });
  if (!finished) {
    throw new OperatorError("conflict", `cannot finish step ${entryId}: it is not under way`);
  }
  const { session_id: sessionId, ticket_id: ticketId } = finished;
  const countChange = "UPDATE sessions SET changes = changes + 1 WHERE id = ?";
  if (changed) call.db.query(countChange).run(sessionId);
  const content = { entryId, state, changed };
  appendChange(call, { type: "step_finished", ticketId, sessionId, content }, [
    { table: "journal", id: entryId },
    { table: "sessions", id: sessionId },
  ]);
}

/** In the order in which they began. */
export function journalOf({ db }: StoreCall, sessionId: string): readonly JournalEntry[] {
  return db
    .query("SELECT * FROM journal WHERE session_id = ? ORDER BY id")
    .all(sessionId)
    .map(parseJournalEntry);
}

/** How far back is looked: steps are made by few agents, each within its limits. */
const RECENT_STEPS_MAX = 1_000;

/** Oldest first. Costs the same however long the journal has become. */
export function recentSteps({ db }: StoreCall, query: RecentStepsQuery): readonly RecentStep[] {
  const { subject, sinceMs, ticketId = null } = query;
  return db
    .query<{ is_under_way: number }, Bindings>(
      `SELECT journal.*, journal.state = 'intended' AND sessions.ended_at_ms IS NULL AS is_under_way
      FROM journal JOIN tickets ON tickets.id = journal.ticket_id
        JOIN sessions ON sessions.id = journal.session_id
      WHERE journal.id > (SELECT coalesce(max(id), 0) FROM journal) - ${RECENT_STEPS_MAX}
        AND tickets.subject = $subject
        AND (journal.started_at_ms >= $sinceMs OR is_under_way OR journal.ticket_id = $ticketId)
      ORDER BY journal.id`,
    )
    .all({ subject, sinceMs, ticketId })
    .map(({ is_under_way, ...row }) => ({
      entry: parseJournalEntry(row),
      isUnderWay: is_under_way === 1,
    }));
}

/** Each name once, sorted. A step that failed or never finished may have touched them too. */
export function touchedBy({ db }: StoreCall, sessionId: string): readonly string[] {
  return db
    .query<{ member: string }, [string]>(
      `SELECT DISTINCT value AS member FROM journal, json_each(journal.targets)
      WHERE session_id = ? ORDER BY member`,
    )
    .all(sessionId)
    .map(({ member }) => member);
}
