// A person's word on one exact operation in one state of its subject: asked for by a session, given
// once, spent once. It outlives its session, which may have been killed while it waited.
import { createHash } from "node:crypto";
import { OperatorError } from "../domain/errors.ts";
import { canonicalJson, type Json } from "../domain/json.ts";
import { changesBetween } from "../domain/seen-state.ts";
import {
  type Approval,
  type ApprovalFilter,
  type Decision,
  WORDS_CHARS_MAX,
} from "../domain/session.ts";
import type { ApprovalRequest, ApprovalUse } from "../domain/ticket-ops.ts";
import { approvalsFrom } from "./approvals-from.ts";
import { appendChange } from "./audit-chain.ts";
import { alterationNow } from "./row-before.ts";
import { parseApproval } from "./rows.ts";
import { requireSession } from "./sessions.ts";
import { requireTicket } from "./tickets.ts";
import type { Bindings, StoreCall } from "./transaction.ts";

const ALTERED = "is not as it was written: somebody has altered it in the database";

const APPROVALS = approvalsFrom("approvals");
const APPROVALS_OF_SESSION = approvalsFrom("approvals WHERE session_id = $sessionId");
/** Those of which some may still count. */
const OPEN_APPROVALS = approvalsFrom(
  "approvals INDEXED BY approvals_open WHERE state IN ('pending', 'approved')",
);

/** They count for minutes: what nobody heard is among the last. */
const RECENT_APPROVALS = approvalsFrom(
  "approvals WHERE id > (SELECT coalesce(max(id), 0) FROM approvals) - 1000",
);
const UNHEARD_MAX = 10;

export interface ApprovalDecision {
  readonly approvalId: number;
  readonly decision: Decision;
  readonly words?: string | undefined;
}

/** Throws code "conflict" for a session that has ended. */
export function requestApproval(call: StoreCall, request: ApprovalRequest): Approval {
  const { sessionId, operation, undo, seen } = request;
  const { ticketId, endedAtMs } = requireSession(call, sessionId);
  if (endedAtMs !== null) {
    const message = `cannot ask for an approval: session ${sessionId} has ended`;
    throw new OperatorError("conflict", message);
  }
  const operationHash = hashOf({ operation, undo });
  const { subject } = requireTicket(call, ticketId);
  const stateHash = hashOf(seen);
  const asking: Asking = { ...request, ticketId, subject, operationHash, stateHash };
  voidElsewhere(call, asking);
  return takeUp(call, asking) ?? askAnew(call, asking);
}

interface Asking extends ApprovalRequest {
  readonly ticketId: number;
  readonly subject: string;
  readonly operationHash: string;
  readonly stateHash: string;
}

/** The same operation on the same subject, whatever the ticket; what a session holds is its own. */
const SAME_OPERATION = `operation_hash = $operationHash AND subject = $subject
  AND (holder_id = $sessionId OR NOT is_awaited)`;

/** What was asked in another state will not be used any more, whatever is answered. */
function voidElsewhere(call: StoreCall, now: Asking): void {
  const { sessionId, subject, operationHash, stateHash } = now;
  const others = call.db
    .query<unknown, Bindings>(
      `SELECT * FROM (${APPROVALS}) WHERE ${SAME_OPERATION}
        AND state IN ('pending', 'approved') AND state_hash IS NOT $stateHash`,
    )
    .all({ sessionId, subject, operationHash, stateHash, nowMs: call.nowMs })
    .map(parseApproval);
  for (const { id: approvalId, seen } of others) {
    const why = seen ? changesBetween(seen, now.seen).join("; ") : "nobody noted it then";
    voidApproval(call, {
      approvalId,
      why: `the state is another one than it was asked in: ${why}`,
    });
  }
}

/**
 * The same was asked before: it waits still, or was answered and nobody heard it. A no is told
 * again to who asks again.
 */
function takeUp(call: StoreCall, asking: Asking): Approval | undefined {
  const { sessionId, ticketId, subject, operationHash, stateHash } = asking;
  const row = call.db
    .query<unknown, Bindings>(
      `SELECT * FROM (${APPROVALS}) WHERE ${SAME_OPERATION}
        AND state_hash = $stateHash AND expires_at_ms > $nowMs
        AND (state IN ('pending', 'approved')
          OR state = 'denied' AND (holder_id = $sessionId OR is_unheard)
          OR state = 'revised' AND is_unheard)
      ORDER BY id DESC LIMIT 1`,
    )
    .get({ sessionId, subject, operationHash, stateHash, nowMs: call.nowMs });
  if (row === null) return undefined;
  const found = parseApproval(row);
  const { id: approvalId, state, holderId } = found;
  if (isAltered(call, approvalId)) {
    voidApproval(call, { approvalId, why: ALTERED });
    return undefined;
  }
  if (holderId === sessionId) return found;
  call.db.query("UPDATE approvals SET holder_id = ? WHERE id = ?").run(sessionId, approvalId);
  const content = { approvalId, state, from: holderId };
  const taken = { type: "approval_taken_up", ticketId, sessionId, content } as const;
  appendChange(call, taken, [{ table: "approvals", id: approvalId }]);
  return requireApproval(call, approvalId);
}

/** Oldest first. */
export function unheardApprovals(call: StoreCall, subject: string): readonly Approval[] {
  return call.db
    .query<unknown, Bindings>(
      `SELECT * FROM (${RECENT_APPROVALS}) WHERE subject = $subject AND NOT is_awaited
        AND expires_at_ms > $nowMs AND (state IN ('pending', 'approved')
          OR state IN ('denied', 'revised') AND is_unheard)
      ORDER BY id DESC LIMIT ${UNHEARD_MAX}`,
    )
    .all({ subject, nowMs: call.nowMs })
    .map(parseApproval)
    .toReversed();
}

function askAnew(call: StoreCall, asking: Asking): Approval {
  const { sessionId, ticketId, operation, effects, undo, reason, seen } = asking;
  const { operationHash, stateHash } = asking;
  const expiresAtMs = call.nowMs + asking.expiresInMs;
  const shown = effects.map((effect) => ({ ...effect }));
  const { lastInsertRowid } = call.db
    .query<unknown, Bindings>(
      `INSERT INTO approvals (session_id, holder_id, ticket_id, operation, effects, undo, reason,
        operation_hash, seen, state_hash, state, requested_at_ms, expires_at_ms)
      VALUES ($sessionId, $sessionId, $ticketId, $operation, $effects, $undo, $reason,
        $operationHash, $seen, $stateHash, 'pending', $nowMs, $expiresAtMs)`,
    )
    .run({
      ...{ sessionId, ticketId, undo, reason, operationHash, stateHash, expiresAtMs },
      operation: canonicalJson(operation),
      effects: canonicalJson(shown),
      seen: canonicalJson(seen),
      nowMs: call.nowMs,
    });
  const approvalId = Number(lastInsertRowid);
  const bound = { operation, operationHash, seen, stateHash };
  const content = { approvalId, ...bound, effects: shown, undo, reason, expiresAtMs };
  const asked = { type: "approval_requested", ticketId, sessionId, content } as const;
  appendChange(call, asked, [{ table: "approvals", id: approvalId }]);
  return requireApproval(call, approvalId);
}

export function findApproval(call: StoreCall, approvalId: number): Approval | undefined {
  const row = call.db
    .query<unknown, Bindings>(`SELECT * FROM (${APPROVALS}) WHERE id = $approvalId`)
    .get({ approvalId, nowMs: call.nowMs });
  return row === null ? undefined : parseApproval(row);
}

/** Newest first. */
export function listApprovals(call: StoreCall, filter: ApprovalFilter): readonly Approval[] {
  const { state = null, sessionId } = filter;
  const isOpen = state === "pending" || state === "approved";
  const all = isOpen ? OPEN_APPROVALS : APPROVALS;
  return call.db
    .query<unknown, Bindings>(
      `SELECT * FROM (${sessionId === undefined ? all : APPROVALS_OF_SESSION})
      WHERE $state IS NULL OR state = $state ORDER BY id DESC`,
    )
    .all({ state, sessionId: sessionId ?? null, nowMs: call.nowMs })
    .map(parseApproval);
}

/** Throws code "not_found"; "conflict" unless it is pending; "usage" for words that do not do. */
export function decideApproval(call: StoreCall, decided: ApprovalDecision): Approval {
  const { approvalId, decision } = decided;
  const asked = requireApproval(call, approvalId);
  if (isAltered(call, approvalId)) throw alteredApproval(approvalId);
  if (asked.state !== "pending") throw alreadyDecided(asked, call.nowMs);
  const words = wordsOf(decided);
  const by = call.rules.person?.() ?? null;
  call.db
    .query<unknown, Bindings>(
      `UPDATE approvals SET state = $decision, note = $words, decided_at_ms = $nowMs,
        decided_by = $decidedBy
      WHERE id = $approvalId`,
    )
    .run({ approvalId, decision, words, nowMs: call.nowMs, decidedBy: by && canonicalJson(by) });
  const { holderId: sessionId, operationHash, stateHash } = asked;
  const { ticketId } = requireSession(call, sessionId);
  const said = { ...(words !== null && { words }), ...(by && { by }) };
  const content = { approvalId, decision, operationHash, stateHash, ...said };
  const event = { type: "approval_decided", ticketId, sessionId, content } as const;
  appendChange(call, event, [{ table: "approvals", id: approvalId }]);
  return requireApproval(call, approvalId);
}

/** Nobody knows then what was asked, or who answered. */
function isAltered(call: StoreCall, id: number): boolean {
  return alterationNow(call, { table: "approvals", id }) !== undefined;
}

function alteredApproval(id: number): OperatorError {
  return new OperatorError("conflict", `approval ${id} ${ALTERED}`, {
    hint: "operator audit verify",
  });
}

function alreadyDecided(asked: Approval, nowMs: number): OperatorError {
  const { id, state, note, expiresAtMs } = asked;
  if (state === "expired" && expiresAtMs > nowMs) {
    const why = "its session has ended, or its ticket is resolved";
    return new OperatorError("conflict", `approval ${id} is not wanted any more: ${why}`);
  }
  const hint = state === "expired" ? "it is asked again if it is still wanted" : undefined;
  const said = note === null ? "" : `: ${note}`;
  const message = `approval ${id} is already ${state}${said}`;
  return new OperatorError("conflict", message, hint === undefined ? {} : { hint });
}

/** Null when nothing was said. */
function wordsOf({ approvalId, decision, words = "" }: ApprovalDecision): string | null {
  const said = words.trim();
  if (said.length > WORDS_CHARS_MAX) {
    const length = `${said.length} characters, of at most ${WORDS_CHARS_MAX}`;
    throw new OperatorError("usage", `the words on approval ${approvalId} are too long: ${length}`);
  }
  if (said !== "") return said;
  if (decision !== "revised") return null;
  throw new OperatorError("usage", `approval ${approvalId} is sent back with words, or not at all`);
}

/** True once, to who holds it and the ticket: it is spent with that. */
export function useApproval(
  call: StoreCall,
  { approvalId, sessionId, operationHash, seen }: ApprovalUse & { readonly approvalId: number },
): boolean {
  const approval = findApproval(call, approvalId);
  if (approval?.state !== "approved" || approval.holderId !== sessionId) return false;
  if (approval.operationHash !== operationHash || approval.stateHash !== hashOf(seen)) return false;
  const { ticketId } = requireSession(call, sessionId);
  if (isAltered(call, approvalId) || !hasTicket(call, { sessionId, ticketId })) return false;
  call.db.query("UPDATE approvals SET state = 'used' WHERE id = ?").run(approvalId);
  const used = { type: "approval_used", ticketId, sessionId, content: { approvalId } } as const;
  appendChange(call, used, [{ table: "approvals", id: approvalId }]);
  return true;
}

/** As for the step that would follow: claimed, with a lease that lasts. */
function hasTicket(
  { db, nowMs }: StoreCall,
  { sessionId, ticketId }: { readonly sessionId: string; readonly ticketId: number },
): boolean {
  const row = db
    .query<unknown, Bindings>(
      `SELECT 1 FROM tickets WHERE id = $ticketId AND session_id = $sessionId
        AND state = 'claimed' AND lease_expires_at_ms > $nowMs`,
    )
    .get({ sessionId, ticketId, nowMs });
  return row !== null;
}

/** Of one that is neither pending nor approved it changes nothing. */
export function voidApproval(
  call: StoreCall,
  { approvalId, why }: { readonly approvalId: number; readonly why: string },
): void {
  const { state, holderId: sessionId } = requireApproval(call, approvalId);
  if (state !== "pending" && state !== "approved") return;
  const { ticketId } = requireSession(call, sessionId);
  call.db.query("UPDATE approvals SET state = 'void', note = ? WHERE id = ?").run(why, approvalId);
  const content = { approvalId, reason: why };
  const voided = { type: "approval_voided", ticketId, sessionId, content } as const;
  appendChange(call, voided, [{ table: "approvals", id: approvalId }]);
}

function requireApproval(call: StoreCall, approvalId: number): Approval {
  const approval = findApproval(call, approvalId);
  if (approval) return approval;
  throw new OperatorError("not_found", `unknown approval ${approvalId}`);
}

function hashOf(value: Json): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
