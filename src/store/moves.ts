// One move of one ticket: a guarded UPDATE from TICKET_MOVES, with its audit event. Nothing else in
// the store changes a ticket's state, but the claim, which must choose its ticket in one statement.

import { OperatorError } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import { type Resolution, TICKET_MOVES, type Ticket, type TicketEvent } from "../domain/ticket.ts";
import { appendChange } from "./audit-chain.ts";
import { parseTicket } from "./rows.ts";
import { requireTicket } from "./tickets.ts";
import type { Bindings, StoreCall } from "./transaction.ts";

export interface Move {
  readonly ticketId: number;
  readonly event: Exclude<TicketEvent, "claim" | "clear_up">;
  readonly reason: string;
  /** Of the monitor's own moves that resolve: for how long it had seen the ticket well. */
  readonly wellForMs?: number | undefined;
  /** The session that must have the ticket. */
  readonly sessionId?: string;
  /** Only with an event that resolves. */
  readonly resolution?: Resolution;
  /** What the ticket says from now on; kept as it is when absent. */
  readonly note?: string;
  /** The new earliest time of a claim; kept as it is when absent. */
  readonly claimableAtMs?: number;
  /** How often what is left in the subject may be looked after; not at all when absent. */
  readonly clearUpsLeft?: number | null;
}

/** Not for the monitor while a person holds the ticket. */
const CLOSED_BY_MONITOR: readonly TicketEvent[] = ["verify", "heal"];

const BY_PERSON: readonly TicketEvent[] = ["resolve", "retry"];

/** Whether the monitor may make the move now: it would rather know than be refused. */
export function isOpenTo(ticket: Ticket, event: Move["event"]): boolean {
  const isKept = ticket.isHeld && CLOSED_BY_MONITOR.includes(event);
  return TICKET_MOVES[event].from.includes(ticket.state) && !isKept;
}

/** Throws OperatorError code "not_found" or "conflict"; then nothing has changed. */
export function moveTicket(call: StoreCall, move: Move): Ticket {
  const before = requireTicket(call, move.ticketId);
  const row = call.db.query<unknown, Bindings>(guardedUpdate(move.event)).get({
    id: move.ticketId,
    sessionId: move.sessionId ?? null,
    ...columnsAfter(before, move, call.nowMs),
  });
  if (row === null) throw conflictOf(before, move);
  const after = parseTicket(row);
  const { event, reason, wellForMs } = move;
  auditMove(call, { before, after, event, reason, wellForMs });
  return after;
}

export interface AuditedMove {
  readonly before: Ticket;
  readonly after: Ticket;
  readonly event: TicketEvent;
  readonly reason: string;
  readonly wellForMs?: number | undefined;
}

/** Belongs to the session that has the ticket before or after; to none when no one has it. */
export function auditMove(call: StoreCall, move: AuditedMove): void {
  const { before, after, event, reason, wellForMs } = move;
  const hasSession = before.lease !== null || after.lease !== null;
  const resolution = after.resolution ?? undefined;
  const by = BY_PERSON.includes(event) ? call.rules.person?.() : undefined;
  const content: JsonObject = {
    event,
    from: before.state,
    to: after.state,
    reason,
    resolution,
    wellForMs,
    by,
  };
  const sessionId = hasSession ? after.sessionId : null;
  const moved = { type: "ticket_moved", ticketId: after.id, sessionId, content } as const;
  appendChange(call, moved, [{ table: "tickets", id: after.id }]);
}

function guardedUpdate(event: Move["event"]): string {
  const { from, to } = TICKET_MOVES[event];
  const states = from.map((state) => `'${state}'`).join(", ");
  return `UPDATE tickets SET state = '${to}', updated_at_ms = $nowMs, resolution = $resolution,
      resolved_at_ms = $resolvedAtMs, verifying_since_ms = $verifyingSinceMs,
      lease_agent_id = $leaseAgentId, lease_expires_at_ms = $leaseExpiresAtMs,
      attempts = $attempts, claimable_at_ms = $claimableAtMs, note = $note,
      clear_ups_left = $clearUpsLeft
    WHERE id = $id AND state IN (${states})
      AND ($sessionId IS NULL OR session_id = $sessionId)
    RETURNING *`;
}

/** What follows from the state it moves to: who has a lease, what is timed, what is kept. */
function columnsAfter(before: Ticket, move: Move, nowMs: number): Bindings {
  const { to } = TICKET_MOVES[move.event];
  const lease = to === "claimed" || to === "verifying" ? before.lease : null;
  return {
    nowMs,
    resolution: move.resolution ?? null,
    resolvedAtMs: to === "resolved" ? nowMs : null,
    verifyingSinceMs: to === "verifying" ? nowMs : null,
    leaseAgentId: lease?.agentId ?? null,
    leaseExpiresAtMs: lease?.expiresAtMs ?? null,
    attempts: move.event === "retry" ? 0 : before.attempts,
    claimableAtMs: move.claimableAtMs ?? before.claimableAtMs,
    note: move.note ?? before.note,
    clearUpsLeft: move.clearUpsLeft ?? null,
  };
}

function conflictOf({ id, state }: Ticket, { event, sessionId }: Move): OperatorError {
  const { from } = TICKET_MOVES[event];
  const why = from.includes(state)
    ? `session ${sessionId} no longer has it`
    : `it is ${state}, and must be ${from.join(" or ")}`;
  return new OperatorError("conflict", `cannot ${event} ticket ${id}: ${why}`);
}
