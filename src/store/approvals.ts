// A person's word on one exact operation: asked for by a session, given or refused once, spent
// once. It counts no longer than until its time is over or its session has ended.
import { createHash } from "node:crypto";
import { OperatorError } from "../domain/errors.ts";
import { canonicalJson } from "../domain/json.ts";
import type { Approval } from "../domain/session.ts";
import type { ApprovalRequest } from "../domain/ticket-ops.ts";
import { appendChange } from "./audit-chain.ts";
import { parseApproval } from "./rows.ts";
import { requireSession } from "./sessions.ts";
import type { Bindings, StoreCall } from "./transaction.ts";

// `expired` is never stored: it follows from the time and the session, and needs nobody to sweep.
const APPROVALS = `
  SELECT id, session_id, ticket_id, operation, reason, operation_hash, requested_at_ms,
    expires_at_ms, decided_at_ms,
    CASE WHEN state IN ('pending', 'approved') AND (expires_at_ms <= $nowMs
      OR (SELECT ended_at_ms FROM sessions WHERE sessions.id = session_id) IS NOT NULL)
    THEN 'expired' ELSE state END AS state
  FROM approvals`;

export interface ApprovalDecision {
  readonly approvalId: number;
  readonly decision: "approved" | "denied";
}

export function requestApproval(call: StoreCall, request: ApprovalRequest): Approval {
  const { sessionId, operation, reason, expiresInMs } = request;
  const { ticketId, endedAtMs } = requireSession(call, sessionId);
  if (endedAtMs !== null) {
    throw new OperatorError(
      "conflict",
      `cannot ask for an approval: session ${sessionId} has ended`,
    );
  }
  const operationHash = createHash("sha256").update(canonicalJson(operation)).digest("hex");
  const row = call.db
    .query<unknown, Bindings>(
      `INSERT INTO approvals (session_id, ticket_id, operation, reason, operation_hash, state,
        requested_at_ms, expires_at_ms)
      VALUES ($sessionId, $ticketId, $operation, $reason, $operationHash, 'pending',
        $nowMs, $expiresAtMs)
      RETURNING *`,
    )
    .get({
      ...{ sessionId, ticketId, reason, operationHash, nowMs: call.nowMs },
      operation: canonicalJson(operation),
      expiresAtMs: call.nowMs + expiresInMs,
    });
  const approval = parseApproval(row);
  const { id: approvalId, expiresAtMs } = approval;
  const content = { approvalId, operation, operationHash, reason, expiresAtMs };
  const asked = { type: "approval_requested", ticketId, sessionId, content } as const;
  appendChange(call, asked, [{ table: "approvals", id: approvalId }]);
  return approval;
}

export function findApproval(call: StoreCall, approvalId: number): Approval | undefined {
  const row = call.db
    .query<unknown, Bindings>(`${APPROVALS} WHERE id = $approvalId`)
    .get({ approvalId, nowMs: call.nowMs });
  return row === null ? undefined : parseApproval(row);
}

/** Newest first. */
export function listApprovals(call: StoreCall, state?: Approval["state"]): readonly Approval[] {
  return call.db
    .query<unknown, Bindings>(
      `SELECT * FROM (${APPROVALS}) WHERE $state IS NULL OR state = $state ORDER BY id DESC`,
    )
    .all({ state: state ?? null, nowMs: call.nowMs })
    .map(parseApproval);
}

/** Throws code "not_found", or "conflict" unless it is pending. */
export function decideApproval(
  call: StoreCall,
  { approvalId, decision }: ApprovalDecision,
): Approval {
  const asked = findApproval(call, approvalId);
  if (!asked) throw new OperatorError("not_found", `unknown approval ${approvalId}`);
  if (asked.state !== "pending") {
    throw new OperatorError("conflict", `approval ${approvalId} is already ${asked.state}`);
  }
  call.db
    .query<unknown, Bindings>(
      "UPDATE approvals SET state = $decision, decided_at_ms = $nowMs WHERE id = $approvalId",
    )
    .run({ approvalId, decision, nowMs: call.nowMs });
  const { ticketId, sessionId, operationHash } = asked;
  const content = { approvalId, decision, operationHash };
  const decided = { type: "approval_decided", ticketId, sessionId, content } as const;
  appendChange(call, decided, [{ table: "approvals", id: approvalId }]);
  return { ...asked, state: decision, decidedAtMs: call.nowMs };
}

/** True once, for the very operation that was approved; it is spent with that. */
export function useApproval(
  call: StoreCall,
  { approvalId, operationHash }: Pick<Approval, "operationHash"> & { readonly approvalId: number },
): boolean {
  const approval = findApproval(call, approvalId);
  if (approval?.state !== "approved" || approval.operationHash !== operationHash) return false;
  call.db.query("UPDATE approvals SET state = 'used' WHERE id = ?").run(approvalId);
  const { ticketId, sessionId } = approval;
  const used = { type: "approval_used", ticketId, sessionId, content: { approvalId } } as const;
  appendChange(call, used, [{ table: "approvals", id: approvalId }]);
  return true;
}
