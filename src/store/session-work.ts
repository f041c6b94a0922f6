// What a session does with its ticket: concludes it, escalates it, gives it back.
// A session that has ended, or lost its ticket to another, changes nothing any more.
import type { AuditEvent, AuditInput } from "../domain/audit.ts";
import { OperatorError } from "../domain/errors.ts";
import type { Conclusion } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import { appendEvent } from "./audit-chain.ts";
import { addToNote, backoffAfter, confirmationMs, freeTicket } from "./claims.ts";
import { clearUpsAfter } from "./clear-ups.ts";
import { moveTicket } from "./moves.ts";
import { type EndOfSession, finishSession, recordConclusion, requireSession } from "./sessions.ts";
import { requireTicket } from "./tickets.ts";
import type { StoreCall } from "./transaction.ts";

/** Throws code "conflict" for a session that is not here. */
export function recordEvent(call: StoreCall, event: AuditInput): AuditEvent {
  if (event.sessionId !== null) requireSession(call, event.sessionId);
  return appendEvent(call, event);
}

export function concludeTicket(
  call: StoreCall,
  { sessionId, conclusion }: { readonly sessionId: string; readonly conclusion: Conclusion },
): Ticket {
  const session = requireSession(call, sessionId);
  const { ticketId } = session;
  recordConclusion(call, { session, conclusion });
  const reason = `${conclusion.outcome}: ${conclusion.summary}`;
  return moveTicket(call, { ticketId, event: "conclude", sessionId, reason });
}

export function escalateTicket(call: StoreCall, end: EndOfSession): void {
  const session = requireSession(call, end.sessionId);
  if (session.endedAtMs !== null) return;
  const { sessionId, detail, conclusion } = end;
  if (conclusion) recordConclusion(call, { session, conclusion });
  const { ticketId } = session;
  const ticket = requireTicket(call, ticketId);
  // What was concluded may yet be refused when nobody is there any more to take it back.
  const isCutShort = end.isUnfinished === true || ticket.state === "verifying";
  moveTicket(call, {
    ...{ ticketId, event: "escalate", sessionId, reason: detail },
    note: session.purpose === "clear_up" ? addToNote(ticket, detail) : detail,
    clearUpsLeft: clearUpsAfter(call, { session, isCutShort }),
    claimableAtMs: call.nowMs + confirmationMs(call, ticket),
  });
  finishSession(call, end);
}

export function releaseTicket(call: StoreCall, end: EndOfSession): void {
  const session = requireSession(call, end.sessionId);
  if (session.endedAtMs !== null) return;
  const { detail, conclusion } = end;
  if (conclusion) recordConclusion(call, { session, conclusion });
  const ticket = requireTicket(call, session.ticketId);
  // Given back on purpose: the next agent need not wait, but for another sight of the subject.
  const isBlind = session.purpose === "clear_up" && end.stopReason !== "aborted";
  const backoffMs = isBlind ? backoffAfter(call, ticket) : 0;
  const isCutShort = end.isUnfinished === true;
  freeTicket(call, { ticket, reason: detail, backoffMs, isCutShort });
  finishSession(call, end);
}

/** For a session whose ticket is no longer its own, which has ended with that: then a no-op. */
export function endSession(call: StoreCall, end: EndOfSession): void {
  const session = requireSession(call, end.sessionId);
  if (session.endedAtMs !== null) return;
  const message = `cannot end session ${session.id} (${end.stopReason})`;
  throw new OperatorError("conflict", `${message}: it still has ticket ${session.ticketId}`);
}
