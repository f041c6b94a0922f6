// What the monitor's observations do to a ticket: close it, or give it back with the reason.
import { assert } from "../domain/errors.ts";
import type { Ticket } from "../domain/ticket.ts";
import { appendEvent } from "./audit-chain.ts";
import { isOpenTo, type Move, moveTicket } from "./moves.ts";
import { finishSession, requireSession } from "./sessions.ts";
import { requireTicket } from "./tickets.ts";
import type { StoreCall } from "./transaction.ts";

export type MonitorMove = Pick<Move, "ticketId" | "reason" | "wellForMs">;

/** Each gives undefined, and changes nothing, when the ticket has moved on or a person holds it. */
export type MonitorMoved = Ticket | undefined;

/** Its session ends with it. One that changed nothing earns no credit: then it healed by itself. */
export function verifyTicket(call: StoreCall, move: MonitorMove): MonitorMoved {
  const { ticketId, reason } = move;
  const before = requireTicket(call, ticketId);
  if (!isOpenTo(before, "verify")) return undefined;
  const { sessionId } = before;
  const changes = sessionId === null ? 0 : requireSession(call, sessionId).changes;
  const resolution = changes > 0 ? "verified_fix" : "self_healed";
  const ticket = moveTicket(call, { ...move, event: "verify", resolution });
  assert(sessionId !== null, "a ticket that is verifying has a session");
  finishSession(call, { sessionId, stopReason: "concluded", detail: reason });
  return ticket;
}

/** The lease stays as it is: the session that concluded goes on. */
export function refuseTicket(call: StoreCall, { ticketId, reason }: MonitorMove): MonitorMoved {
  if (!isOpenTo(requireTicket(call, ticketId), "refuse")) return undefined;
  const ticket = moveTicket(call, { ticketId, event: "refuse", reason, note: reason });
  const { sessionId } = ticket;
  appendEvent(call, { type: "verification_refused", ticketId, sessionId, content: { reason } });
  return ticket;
}

export function healTicket(call: StoreCall, move: MonitorMove): MonitorMoved {
  if (!isOpenTo(requireTicket(call, move.ticketId), "heal")) return undefined;
  return moveTicket(call, { ...move, event: "heal", resolution: "self_healed" });
}
