// Mutating steps: the intent before, the outcome after. What is still `intended` when its session
// has ended may have happened or not, and the next session must look: see `interrupted-steps.ts`.
import { OperatorError } from "../domain/errors.ts";
import { canonicalJson, type Json } from "../domain/json.ts";
import type { JournalEntry, RecentStep, RecentWork } from "../domain/session.ts";
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
  const { sessionId, kind, operation, targets, precondition, undo, approvalId, undoes } = step;
  const { ticketId } = requireSession(call, sessionId);
  if (undoes !== undefined) requireUndoable(call, { ticketId, undoes });
  const effects = step.effects?.map((effect) => ({ ...effect }));
  const inserted = call.db
    .query<{ id: number }, Bindings>(
      `INSERT INTO journal (session_id, ticket_id, kind, operation, targets, state, started_at_ms,
        precondition, effects, undo, approval_id, undoes)
      SELECT $sessionId, id, $kind, $operation, $targets, 'intended', $nowMs,
        $precondition, $effects, $undo, $approvalId, $undoes FROM tickets
      WHERE id = $ticketId AND session_id = $sessionId AND state = 'claimed'
        AND lease_expires_at_ms > $nowMs
      RETURNING id`,
    )
    .get({
      ...{ sessionId, ticketId, kind, nowMs: call.nowMs },
      operation: canonicalJson(operation),
      targets: canonicalJson(targets),
      precondition: jsonOrNull(precondition),
      effects: jsonOrNull(effects),
      undo: jsonOrNull(undo),
      approvalId: approvalId ?? null,
      undoes: undoes ?? null,
    });
  if (!inserted) throw leaseless(call, step);
  const { id: entryId } = inserted;
  const known = { precondition, effects, undo, approvalId, undoes };
  const content = { entryId, kind, operation, targets, ...known };
  const begun = { type: "step_begun", ticketId, sessionId, content } as const;
  appendChange(call, begun, [{ table: "journal", id: entryId }]);
  return entryId;
}

/** Also after the session's end, since it tells what happened. Once: code "conflict" after that. */
export function finishStep(call: StoreCall, outcome: OutcomeOfStep): void {
  const { entryId, state, result, changed } = outcome;
  const row = call.db
    .query<unknown, Bindings>(
      `UPDATE journal SET state = $state, result = $result, ended_at_ms = $nowMs,
        has_changed = $hasChanged
      WHERE id = $entryId AND state = 'intended' RETURNING *`,
    )
    .get({ entryId, state, result, nowMs: call.nowMs, hasChanged: changed ? 1 : 0 });
  if (row === null) {
    throw new OperatorError("conflict", `cannot finish step ${entryId}: it is not under way`);
  }
  const { sessionId, ticketId, undoes } = parseJournalEntry(row);
  if (changed) countChange(call, sessionId);
  const content = { entryId, state, changed };
  appendChange(call, { type: "step_finished", ticketId, sessionId, content }, [
    { table: "journal", id: entryId },
    { table: "sessions", id: sessionId },
  ]);
  if (state === "done" && undoes !== null) markUndone(call, { undoes, by: entryId, sessionId });
}

/** Steps of a session that may have changed something. Its event is for the caller to write. */
export function countChange({ db }: StoreCall, sessionId: string): void {
  db.query("UPDATE sessions SET changes = changes + 1 WHERE id = ?").run(sessionId);
}

export interface Undoing {
  /** The step that was taken back, and the one that did it. */
  readonly undoes: number;
  readonly by: number;
  /** Who saw that it did; null of an agent that has no session. */
  readonly sessionId: string | null;
}

export function markUndone(call: StoreCall, { undoes, by, sessionId }: Undoing): void {
  const row = call.db
    .query("UPDATE journal SET state = 'undone' WHERE id = ? RETURNING *")
    .get(undoes);
  const { ticketId } = parseJournalEntry(row);
  const content = { entryId: undoes, by };
  const undone = { type: "step_undone", ticketId, sessionId, content } as const;
  appendChange(call, undone, [{ table: "journal", id: undoes }]);
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
export function recentSteps(call: StoreCall, query: RecentStepsQuery): RecentWork {
  return { steps: stepsSince(call, query), held: heldEntities(call, query) };
}

function stepsSince({ db }: StoreCall, query: RecentStepsQuery): readonly RecentStep[] {
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

function heldEntities({ db }: StoreCall, query: RecentStepsQuery): readonly string[] {
  const { subject } = query;
  return db
    .query<{ entity: string }, Bindings>(
      `SELECT DISTINCT entity FROM tickets
      WHERE subject = $subject AND state IN ('open', 'claimed', 'verifying', 'escalated')
        AND is_held = 1
      ORDER BY entity`,
    )
    .all({ subject })
    .map(({ entity }) => entity);
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

/** The one that it undoes must be a step of the same ticket which ended, and is not undone yet. */
function requireUndoable(
  { db }: StoreCall,
  { ticketId, undoes }: { readonly ticketId: number; readonly undoes: number },
): void {
  const isThere = db
    .query<unknown, Bindings>(
      `SELECT 1 FROM journal WHERE id = $undoes AND ticket_id = $ticketId AND undoes IS NULL
        AND state IN ('done', 'failed', 'took_effect', 'unknown')
        AND NOT EXISTS (SELECT 1 FROM journal AS other WHERE other.undoes = $undoes
          AND other.state IN ('intended', 'done', 'took_effect'))`,
    )
    .get({ undoes, ticketId });
  if (isThere !== null) return;
  throw new OperatorError("conflict", `step ${undoes} is not there to be undone`);
}

function leaseless(call: StoreCall, { sessionId }: StepIntent): OperatorError {
  const { ticketId } = requireSession(call, sessionId);
  const { state } = requireTicket(call, ticketId);
  const why = `session ${sessionId} has no lease on ticket ${ticketId} (${state})`;
  return new OperatorError("conflict", `cannot begin a step: ${why}`);
}

function jsonOrNull(value: Json | undefined): string | null {
  return value === undefined ? null : canonicalJson(value);
}
