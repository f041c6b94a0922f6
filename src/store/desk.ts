// What a person does to a ticket: resolves it, holds it, sends it back to work.
import { OperatorError } from "../domain/errors.ts";
import type { Ticket } from "../domain/ticket.ts";
import { isLive } from "../domain/ticket.ts";
import { appendChange } from "./audit-chain.ts";
import { type Move, moveTicket } from "./moves.ts";
import { finishSession } from "./sessions.ts";
import { requireTicket } from "./tickets.ts";
import type { StoreCall } from "./transaction.ts";

export interface HeldFlag {
  readonly ticketId: number;
  readonly isHeld: boolean;
}

/** A session that works on it has lost its lease. */
export function resolveTicket(
  call: StoreCall,
  { ticketId, reason }: Pick<Move, "ticketId" | "reason">,
): Ticket {
  const ticket = moveTicket(call, { ticketId, event: "resolve", reason, resolution: "manual" });
  if (ticket.sessionId !== null) {
    const detail = `a person resolved the ticket: ${reason}`;
    finishSession(call, { sessionId: ticket.sessionId, stopReason: "lease_lost", detail });
  }
  return ticket;
}

/** Idempotent. Throws code "conflict" for a resolved ticket. */
export function setHeld(call: StoreCall, { ticketId, isHeld }: HeldFlag): Ticket {
  const ticket = requireTicket(call, ticketId);
  if (!isLive(ticket.state)) {
    const verb = isHeld ? "hold" : "unhold";
    throw new OperatorError("conflict", `cannot ${verb} ticket ${ticketId}: it is resolved`);
  }
  if (ticket.isHeld === isHeld) return ticket;
  call.db
    .query("UPDATE tickets SET is_held = ?, updated_at_ms = ? WHERE id = ?")
    .run(isHeld ? 1 : 0, call.nowMs, ticketId);
  const by = call.rules.person?.();
  const content = { flag: isHeld ? "held" : "unheld", ...(by && { by }) };
  const flagged = { type: "ticket_flagged", ticketId, sessionId: null, content } as const;
  appendChange(call, flagged, [{ table: "tickets", id: ticketId }]);
  return { ...ticket, isHeld, updatedAtMs: call.nowMs };
}

/** The note stays: what the last session found is what the next one starts from. */
export function retryTicket(call: StoreCall, ticketId: number): Ticket {
  const reason = "a person sent it back to work";
  return moveTicket(call, { ticketId, event: "retry", reason, claimableAtMs: call.nowMs });
}
