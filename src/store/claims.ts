// Taking a ticket, keeping it, and taking it back from an agent that no longer answers.
import { assert } from "../domain/errors.ts";
import type { Session } from "../domain/session.ts";
import { CONFIRM_GRACE_MS, type Ticket } from "../domain/ticket.ts";
import type { ClaimRequest } from "../domain/ticket-ops.ts";
import { sealAgain } from "./audit-chain.ts";
import { CLEAR_UPS_MAX, claimLeftover, clearUpsAfter, triesLeft } from "./clear-ups.ts";
import { auditMove, moveTicket } from "./moves.ts";
import { parseTicket } from "./rows.ts";
import { finishSession, requireSession, startSession } from "./sessions.ts";
import type { Bindings, StoreCall } from "./transaction.ts";

export interface Claimed {
  readonly ticket: Ticket;
  readonly session: Session;
}

/** Also frees what has expired, so that tickets move on without a monitor. */
export function claimTicket(call: StoreCall, request: ClaimRequest): Claimed | undefined {
  expireLeases(call);
  const sessionId = newSessionId(call);
  return claimOpen(call, { request, sessionId }) ?? clearUp(call, { request, sessionId });
}

interface Claim {
  readonly request: ClaimRequest;
  readonly sessionId: string;
}

function claimOpen(call: StoreCall, { request, sessionId }: Claim): Claimed | undefined {
  const { nowMs, rules } = call;
  const { subject = null, agentId, leaseMs, model, mode } = request;
  const asked = { nowMs, backoffMsMax: rules.backoffMsMax, subject };
  const waiting = call.db.query<Waiting, Bindings>(waitingStatement(request)).all(asked);
  const next = chooseSeen(waiting, nowMs);
  if (!next) return undefined;
  const taken = { ...{ id: next.id, sessionId, agentId, leaseMs }, nowMs };
  const row = call.db.query<unknown, Bindings>(CLAIM).get(taken);
  const ticket = parseTicket(row);
  const reason = `attempt ${ticket.attempts} by ${agentId}`;
  const own = { id: sessionId, ticketId: ticket.id, agentId, mode };
  const session = startSession(call, { ...own, purpose: "repair", model });
  const before: Ticket = { ...ticket, state: "open", lease: null };
  auditMove(call, { before, after: ticket, event: "claim", reason });
  return { ticket, session };
}

/** No attempt at a repair, and no model is asked. */
function clearUp(call: StoreCall, claim: Claim): Claimed | undefined {
  const ticket = claimLeftover(call, claim);
  if (!ticket) return undefined;
  const { agentId, mode } = claim.request;
  const own = { id: claim.sessionId, ticketId: ticket.id, agentId, mode };
  const session = startSession(call, { ...own, purpose: "clear_up", model: "none" });
  const before: Ticket = { ...ticket, state: "escalated", lease: null };
  const reason = `for ${agentId} to look after what earlier sessions left`;
  auditMove(call, { before, after: ticket, event: "clear_up", reason });
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
  sealAgain(call, { table: "tickets", id: ticketId }, ticketId);
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
function shortenLeases(call: StoreCall): void {
  const shortened = call.db
    .query<{ id: number }, Bindings>(
      `UPDATE tickets INDEXED BY tickets_leased SET lease_expires_at_ms = $nowMs + lease_ms
      WHERE lease_expires_at_ms > $nowMs + lease_ms RETURNING id`,
    )
    .all({ nowMs: call.nowMs });
  for (const { id } of shortened) sealAgain(call, { table: "tickets", id }, id);
}

function expireLease(call: StoreCall, ticket: Ticket): Ticket {
  assert(ticket.sessionId !== null, "a ticket with a lease has a session");
  const detail = `the lease of ${ticket.lease?.agentId ?? "its agent"} expired`;
  const freed = freeTicket(call, {
    ticket,
    reason: detail,
    backoffMs: backoffAfter(call, ticket),
    isCutShort: true,
  });
  finishSession(call, { sessionId: ticket.sessionId, stopReason: "lease_lost", detail });
  return freed;
}

export interface Freeing {
  readonly ticket: Ticket;
  readonly reason: string;
  readonly backoffMs: number;
  /** See `Leaving`. */
  readonly isCutShort: boolean;
}

/** claimed, verifying -> open; escalated when the attempts are used up, or it was a person's. */
export function freeTicket(call: StoreCall, freeing: Freeing): Ticket {
  const { ticket, reason, backoffMs, isCutShort } = freeing;
  const { attemptsMax } = call.rules;
  const ticketId = ticket.id;
  assert(ticket.sessionId !== null, "a ticket that is freed has a session");
  const session = requireSession(call, ticket.sessionId);
  if (session.purpose === "clear_up") return leaveToOthers(call, freeing);
  if (ticket.attempts >= attemptsMax) {
    const note = `attempts used up (${ticket.attempts} of ${attemptsMax}): ${reason}`;
    return moveTicket(call, {
      ...{ ticketId, event: "escalate", reason: note, note },
      clearUpsLeft: clearUpsAfter(call, { session, isCutShort }),
      claimableAtMs: call.nowMs + Math.max(backoffMs, confirmationMs(call, ticket)),
    });
  }
  const claimableAtMs = call.nowMs + backoffMs;
  return moveTicket(call, { ticketId, event: "release", reason, claimableAtMs });
}

/** What was concluded may yet be seen to hold: as long as the monitor would have waited for it. */
export function confirmationMs({ rules }: StoreCall, { state, settleMs }: Ticket): number {
  if (state !== "verifying") return 0;
  return Math.min(rules.backoffMsMax, 2 * settleMs + CONFIRM_GRACE_MS);
}

/** Who was to clear up could not; the person's ticket is theirs again, and says the same. */
function leaveToOthers(call: StoreCall, { ticket, reason, backoffMs }: Freeing): Ticket {
  const left = triesLeft(call, ticket.id);
  const used = CLEAR_UPS_MAX - left;
  const last = `what is left was not cleared up (${used} of ${CLEAR_UPS_MAX}): ${reason}`;
  return moveTicket(call, {
    ...{ ticketId: ticket.id, event: "escalate", reason, clearUpsLeft: left },
    claimableAtMs: call.nowMs + backoffMs,
    ...(left === 0 && { note: addToNote(ticket, last) }),
  });
}

/** Of a ticket that stays with the person. */
export function addToNote({ note }: Ticket, words: string): string {
  return note === null ? words : `${note}; ${words}`;
}

/** It doubles with each attempt, or with each time that somebody was to clear up. */
export function backoffAfter(call: StoreCall, { id, attempts, sessionId }: Ticket): number {
  const { backoffMs, backoffMsMax } = call.rules;
  const isClearUp = sessionId !== null && requireSession(call, sessionId).purpose === "clear_up";
  const times = isClearUp ? CLEAR_UPS_MAX - triesLeft(call, id) : attempts;
  return Math.min(backoffMsMax, backoffMs * 2 ** Math.max(0, times - 1));
}

interface Waiting {
  readonly id: number;
  readonly subject: string;
  /** 0 is critical. */
  readonly severity_rank: number;
  readonly last_violated_at_ms: number;
}

/** Of so many the order is that of who is seen: a rack's failure opens more at one time. */
const CHOSEN_AMONG = 20;
/** Behind the newest look of its subject by more than that, it is not seen at present. */
const UNSEEN_AFTER_MS = 3_000;
/** For no longer does it let others go first. */
const UNSEEN_MS_MAX = 60_000;

/**
 * The first in order. What hides others, and is as severe, is repaired before them: who would look
 * after what nobody can see just now would have to give it up.
 */
function chooseSeen(waiting: readonly Waiting[], nowMs: number): Waiting | undefined {
  const isSeen = ({ subject, severity_rank: rank, last_violated_at_ms: seenAtMs }: Waiting) =>
    seenAtMs < nowMs - UNSEEN_MS_MAX ||
    !waiting.some(
      (other) =>
        other.subject === subject &&
        other.severity_rank <= rank &&
        other.last_violated_at_ms > seenAtMs + UNSEEN_AFTER_MS,
    );
  return waiting.find(isSeen) ?? waiting[0];
}

/** Within the transaction that takes one: no other process can take the same one in between. */
function waitingStatement({ subject }: ClaimRequest): string {
  // Named, because without statistics SQLite would rather sort all open tickets.
  const index = subject === undefined ? "tickets_claimable" : "tickets_claimable_of_subject";
  const ofSubject = subject === undefined ? "" : "AND subject = $subject";
  return `SELECT id, subject, severity_rank, last_violated_at_ms FROM tickets INDEXED BY ${index}
    WHERE state = 'open' AND is_held = 0 ${ofSubject}
      -- Later than any backoff is what was stamped before the clock was set back.
      AND claimable_at_ms NOT BETWEEN $nowMs + 1 AND $nowMs + $backoffMsMax
    ORDER BY severity_rank, opened_at_ms, id LIMIT ${CHOSEN_AMONG}`;
}

const CLAIM = `UPDATE tickets SET state = 'claimed',
    attempts = attempts + 1, session_id = $sessionId, lease_agent_id = $agentId,
    lease_expires_at_ms = $nowMs + $leaseMs, lease_ms = $leaseMs, updated_at_ms = $nowMs
  WHERE id = $id RETURNING *`;

/** Sorts by time of start: 9 characters of base 36 hold milliseconds until the year 5188. */
function newSessionId({ nowMs, rules }: StoreCall): string {
  return `${nowMs.toString(36).padStart(9, "0")}-${rules.randomId()}`;
}
