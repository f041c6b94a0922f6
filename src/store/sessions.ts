// Sessions as rows. A session runs exactly as long as it has its ticket: it starts with the claim
// and ends in the transaction that takes the ticket from it. Its end is written once.
import type { AuditInput } from "../domain/audit.ts";
import { OperatorError } from "../domain/errors.ts";
import { canonicalJson } from "../domain/json.ts";
import type { Conclusion, Session, Usage } from "../domain/session.ts";
import type { SessionEnd, SessionSummary } from "../domain/ticket-ops.ts";
import { appendChange, sealAgain } from "./audit-chain.ts";
import { parseSession } from "./rows.ts";
import { requireTicket } from "./tickets.ts";
import type { Bindings, StoreCall } from "./transaction.ts";

export type SessionStart = Pick<
  Session,
  "id" | "ticketId" | "purpose" | "agentId" | "model" | "mode"
>;

export interface EndOfSession extends SessionEnd {
  readonly sessionId: string;
}

export function startSession(call: StoreCall, start: SessionStart): Session {
  const row = call.db
    .query<unknown, Bindings>(
      `INSERT INTO sessions (id, ticket_id, purpose, agent_id, model, mode, started_at_ms)
      VALUES ($id, $ticketId, nullif($purpose, 'repair'), $agentId, $model, $mode, $nowMs)
      RETURNING *`,
    )
    .get({ ...start, nowMs: call.nowMs });
  const { id: sessionId, ticketId, purpose, agentId, model, mode } = start;
  const content = { model, mode, agentId, purpose };
  appendOwn(call, { type: "session_started", ticketId, sessionId, content });
  return parseSession(row);
}

export function recordConclusion(
  call: StoreCall,
  { session, conclusion }: { readonly session: Session; readonly conclusion: Conclusion },
): void {
  const { id: sessionId, ticketId } = session;
  const content = { ...conclusion, evidence: [...conclusion.evidence] };
  call.db
    .query("UPDATE sessions SET conclusion = ? WHERE id = ?")
    .run(canonicalJson(content), sessionId);
  const concluded = { conclusion: content };
  appendOwn(call, { type: "session_concluded", ticketId, sessionId, content: concluded });
}

/** The first end stays: ending what has ended changes nothing. */
export function finishSession(call: StoreCall, end: EndOfSession): void {
  const { sessionId, stopReason, detail } = end;
  const row = call.db
    .query<unknown, Bindings>(
      `UPDATE sessions SET ended_at_ms = $nowMs, stop_reason = $stopReason, stop_detail = $detail
      WHERE id = $sessionId AND ended_at_ms IS NULL RETURNING *`,
    )
    .get({ sessionId, stopReason, detail, nowMs: call.nowMs });
  if (row === null) return;
  const { ticketId, usage } = parseSession(row);
  const content = { stopReason, detail, usage: { ...usage } };
  appendOwn(call, { type: "session_ended", ticketId, sessionId, content });
}

/** An event that changed the session's own row. */
function appendOwn(call: StoreCall, event: AuditInput & { readonly sessionId: string }): void {
  appendChange(call, event, [{ table: "sessions", id: event.sessionId }]);
}

/** Also after the end: an aborted request still costs. Adds to what is there. */
export function addUsage(
  call: StoreCall,
  added: { readonly sessionId: string; readonly turns: number; readonly usage: Usage },
): void {
  const { sessionId, turns } = added;
  const usage = { ...added.usage };
  const { ticketId, endedAtMs } = requireSession(call, sessionId);
  call.db
    .query<unknown, Bindings>(
      `UPDATE sessions SET turns = turns + $turns, input_tokens = input_tokens + $inputTokens,
        output_tokens = output_tokens + $outputTokens,
        cache_read_tokens = cache_read_tokens + $cacheReadTokens,
        cache_write_tokens = cache_write_tokens + $cacheWriteTokens,
        cost_usd = cost_usd + $costUsd
      WHERE id = $sessionId`,
    )
    .run({ sessionId, turns, ...usage });
  if (endedAtMs === null) sealAgain(call, { table: "sessions", id: sessionId }, ticketId);
  else appendOwn(call, { type: "usage_added", ticketId, sessionId, content: { turns, usage } });
}

/** Throws code "conflict": an agent whose session is unknown was given another database. */
export function requireSession({ db }: StoreCall, sessionId: string): Session {
  const row = db.query("SELECT * FROM sessions WHERE id = ?").get(sessionId);
  if (row !== null) return parseSession(row);
  throw new OperatorError("conflict", `session ${sessionId} is not in this database`);
}

/** Throws code "not_found", or "usage" when several ids start so. */
export function findSession({ db }: StoreCall, idPrefix: string): Session | undefined {
  const [first, ...others] = db
    .query(
      `SELECT * FROM sessions WHERE id >= $prefix AND id < $prefix || char(1114111)
      ORDER BY id LIMIT 2`,
    )
    .all({ prefix: idPrefix })
    .map(parseSession);
  if (others.length === 0 || first?.id === idPrefix) return first;
  throw new OperatorError("usage", `session "${idPrefix}" is ambiguous: several ids start so`, {
    hint: "operator audit list",
  });
}

export function sessionsOf({ db }: StoreCall, ticketId: number): readonly Session[] {
  return db
    .query("SELECT * FROM sessions WHERE ticket_id = ? ORDER BY rowid")
    .all(ticketId)
    .map(parseSession);
}

/** Newest first: rowids are given in the order of starting. */
export function listSessions(call: StoreCall, limit: number): readonly SessionSummary[] {
  return call.db
    .query("SELECT * FROM sessions ORDER BY rowid DESC LIMIT ?")
    .all(limit)
    .map(parseSession)
    .map((session) => ({ session, ticket: requireTicket(call, session.ticketId) }));
}
