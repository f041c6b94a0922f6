// Tickets as rows: recorded from violations, read back and listed.
import { assert, OperatorError } from "../domain/errors.ts";
import { canonicalJson } from "../domain/json.ts";
import { TICKET_STATES, type Ticket } from "../domain/ticket.ts";
import type { FiringViolation, RecordedViolation, TicketFilter } from "../domain/ticket-ops.ts";
import { fingerprintOf } from "../domain/verdict.ts";
import { appendChange, sealAgain } from "./audit-chain.ts";
import { parseTicket } from "./rows.ts";
import { ticketsBeside } from "./tickets-beside.ts";
import type { Bindings, StoreCall } from "./transaction.ts";

// One statement opens or counts, so that two monitors cannot both open. The evidence stays that of
// the firing. Bare column names in DO UPDATE are the row that exists.
const OPEN_OR_COUNT = `
  INSERT INTO tickets (fingerprint, subject, invariant, entity, severity, state, reason, evidence,
    occurrences, settle_ms, is_held, attempts, violated_since_ms, opened_at_ms, last_violated_at_ms,
    updated_at_ms, claimable_at_ms)
  VALUES ($fingerprint, $subject, $invariant, $entity, $severity, 'open', $reason, $evidence,
    1, $settleMs, 0, 0, $sinceMs, $nowMs, $nowMs, $nowMs, 0)
  ON CONFLICT (fingerprint) WHERE state <> 'resolved' DO UPDATE SET
    occurrences = occurrences + 1, reason = excluded.reason,
    last_violated_at_ms = $nowMs, updated_at_ms = $nowMs
  RETURNING id, occurrences`;

interface Counted {
  readonly id: number;
  readonly occurrences: number;
}

/** In the order given. Only an opening is audited: a repeated occurrence is a count. */
export function recordViolations(
  call: StoreCall,
  violations: readonly FiringViolation[],
): readonly RecordedViolation[] {
  return violations.map((violation) => recordViolation(call, violation));
}

function recordViolation(
  call: StoreCall,
  { verdict, sinceMs }: FiringViolation,
): RecordedViolation {
  const { subject, invariant, entity, severity, reason, evidence, settleMs } = verdict;
  const fingerprint = fingerprintOf(verdict);
  const counted = call.db.query<Counted, Bindings>(OPEN_OR_COUNT).get({
    ...{ fingerprint, subject, invariant, entity, severity, reason, settleMs, sinceMs },
    evidence: canonicalJson(evidence),
    nowMs: call.nowMs,
  });
  assert(counted !== null, "an upsert returns its row");
  const { id: ticketId } = counted;
  const isNew = counted.occurrences === 1;
  if (isNew) {
    const content = { fingerprint, reason, evidence };
    const opened = { type: "ticket_opened", ticketId, sessionId: null, content } as const;
    appendChange(call, opened, [{ table: "tickets", id: ticketId }]);
  } else {
    sealAgain(call, { table: "tickets", id: ticketId }, ticketId);
  }
  return { ticketId, isNew };
}

export function findTicket({ db }: StoreCall, ticketId: number): Ticket | undefined {
  const row = db.query("SELECT * FROM tickets WHERE id = ?").get(ticketId);
  return row === null ? undefined : parseTicket(row);
}

/** Throws OperatorError code "not_found". */
export function requireTicket(call: StoreCall, ticketId: number): Ticket {
  const ticket = findTicket(call, ticketId);
  if (ticket) return ticket;
  throw new OperatorError("not_found", `unknown ticket ${ticketId}`, {
    hint: "operator tickets list",
  });
}

export function liveTickets({ db }: StoreCall, subject: string): readonly Ticket[] {
  const live = "'open', 'claimed', 'verifying', 'escalated'";
  return db
    .query(`SELECT * FROM tickets WHERE subject = ? AND state IN (${live}) ORDER BY id`)
    .all(subject)
    .map(parseTicket);
}

/** Newest first: ids are given in the order of opening. */
export function listTickets(call: StoreCall, filter: TicketFilter): readonly Ticket[] {
  const { states, subject, beside, limit } = filter;
  if (beside) return ticketsBeside(call, { ...beside, limit });
  const chosen = TICKET_STATES.filter((state) => states?.includes(state) ?? true);
  if (chosen.length === 0) return [];
  const ofSubject = subject === undefined ? "" : "AND subject = $subject";
  // A branch for each state reads `limit` rows from an index; one IN (…) would sort them all.
  const branches = chosen.map(
    (state) => `SELECT * FROM (SELECT id FROM tickets WHERE state = '${state}' ${ofSubject}
      ORDER BY id DESC LIMIT $limit)`,
  );
  return call.db
    .query<unknown, Bindings>(
      `SELECT * FROM tickets WHERE id IN (${branches.join(" UNION ALL ")})
      ORDER BY id DESC LIMIT $limit`,
    )
    .all({ limit, subject: subject ?? null })
    .map(parseTicket);
}
