// Taking a ticket, keeping it, and taking it back from an agent that no longer answers.
import { assert } from "../domain/errors.ts";
import type { Session } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { ClaimRequest } from "../domain/ticket-ops.ts";
import { sealRow } from "./audit-seals.ts";
import { auditMove, moveTicket } from "./moves.ts";
import { parseTicket } from "./rows.ts";
import { finishSession, requireSession, startSession } from "./sessions.ts";
import type { Bindings, StoreCall, StoreRules } from "./transaction.ts";

export interface Claimed {
  readonly ticket: Ticket;
  readonly session: Session;
}

/** Also frees what has expired, so that tickets move on without a monitor. */
export function claimTicket(call: StoreCall, request: ClaimRequest): Claimed | undefined {
  expireLeases(call);
  const sessionId = newSessionId(call);
  const row = call.db.query<unknown, Bindings>(claimStatement(request)).get({
    sessionId,
    agentId: request.agentId,
    leaseMs: request.leaseMs,
    nowMs: call.nowMs,
    backoffMsMax: call.rules.backoffMsMax,
    subject: request.subject ?? null,
  });
  if (row === null) return undefined;
  const ticket = parseTicket(row);
  const { agentId, model, mode } = request;
  const reason = `attempt ${ticket.attempts} by ${agentId}`;
  const session = startSession(call, { id: sessionId, ticketId: ticket.id, agentId, model, mode });
  const before: Ticket = { ...ticket, state: "open", lease: null };
  auditMove(call, { before, after: ticket, event: "claim", reason });
  return { ticket, session };
}

/** False when the ticket is no longer the session's. An expired lease may be revived until then. */
export function renewLease(
  call: StoreCall,
  { sessionId, leaseMs }: { readonly sessionId: string; readonly leaseMs: number },
): boolean {
  const { changes } = call.db
    .query<unknown, Bindings>(
      `UPDATE tickets SET lease_expires_at_ms = $nowMs + $leaseMs, lease_ms = $leaseMs,
        updated_at_ms = $nowMs
      WHERE session_id = $sessionId AND state IN ('claimed', 'verifying')`,
    )
    .run({ sessionId, leaseMs, nowMs: call.nowMs });
  if (changes === 0) return false;
  const { ticketId } = requireSession(call, sessionId);
  sealRow(call.db, { table: "tickets", id: ticketId });
  return true;
}

export function expireLeases(call: StoreCall): readonly Ticket[] {
  shortenLeases(call);
  return call.db
    .query("SELECT * FROM tickets INDEXED BY tickets_leased WHERE lease_expires_at_ms <= ?")
    .all(call.nowMs)
    .map(parseTicket)
    .map((ticket) => expireLease(call, ticket));
}

/** None ends later than it could: the clock may have been set back since it was given. */
function shortenLeases({ db, nowMs }: StoreCall): void {
  const shortened = db
    .query<{ id: number }, Bindings>(
      `UPDATE tickets INDEXED BY tickets_leased SET lease_expires_at_ms = $nowMs + lease_ms
      WHERE lease_expires_at_ms > $nowMs + lease_ms RETURNING id`,
    )
    .all({ nowMs });
  for (const { id } of shortened) sealRow(db, { table: "tickets", id });
}

function expireLease(call: StoreCall, ticket: Ticket): Ticket {
  assert(ticket.sessionId !== null, "a ticket with a lease has a session");
  const detail = `the lease of ${ticket.lease?.agentId ?? "its agent"} expired`;
  const freed = freeTicket(call, {
    ticket,
    reason: detail,
    backoffMs: backoffAfter(ticket.attempts, call.rules),
  });
  finishSession(call, { sessionId: ticket.sessionId, stopReason: "lease_lost", detail });
  return freed;
}

export interface Freeing {
  readonly ticket: Ticket;
  readonly reason: string;
  readonly backoffMs: number;
}

/** claimed, verifying -> open; escalated when the attempts are used up. */
export function freeTicket(call: StoreCall, { ticket, reason, backoffMs }: Freeing): Ticket {
  const { attemptsMax } = call.rules;
  const ticketId = ticket.id;
  if (ticket.attempts >= attemptsMax) {
    const note = `attempts used up (${ticket.attempts} of ${attemptsMax}): ${reason}`;
    return moveTicket(call, { ticketId, event: "escalate", reason: note, note });
  }
  const claimableAtMs = call.nowMs + backoffMs;
  return moveTicket(call, { ticketId, event: "release", reason, claimableAtMs });
}

function backoffAfter(attempts: number, { backoffMs, backoffMsMax }: StoreRules): number {
  return Math.min(backoffMsMax, backoffMs * 2 ** Math.max(0, attempts - 1));
}

/** One statement finds and takes it: no other process can take the same one in between. */
function claimStatement({ subject }: ClaimRequest): string {
  // Named, because without statistics SQLite would rather sort all open tickets.
  const index = subject === undefined ? "tickets_claimable" : "tickets_claimable_of_subject";
  const ofSubject = subject === undefined ? "" : "AND subject = $subject";
  return `UPDATE tickets SET state = 'claimed', attempts = attempts + 1, session_id = $sessionId,
      lease_agent_id = $agentId, lease_expires_at_ms = $nowMs + $leaseMs, lease_ms = $leaseMs,
      updated_at_ms = $nowMs
    WHERE id = (
      SELECT id FROM tickets INDEXED BY ${index}
      WHERE state = 'open' AND is_held = 0 ${ofSubject}
        -- Later than any backoff is what was stamped before the clock was set back.
        AND claimable_at_ms NOT BETWEEN $nowMs + 1 AND $nowMs + $backoffMsMax
      ORDER BY severity_rank, opened_at_ms, id LIMIT 1)
    RETURNING *`;
}

/** Sorts by time of start: 9 characters of base 36 hold milliseconds until the year 5188. */
function newSessionId({ nowMs, rules }: StoreCall): string {
  return `${nowMs.toString(36).padStart(9, "0")}-${rules.randomId()}`;
}
