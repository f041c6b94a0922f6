// The events of the append-only audit. Each row carries the SHA-256 of the row before it, so that a
// changed, removed or inserted row is found. In `rows` an event of the store carries the seals of
// what it changed: tickets, sessions, steps, approvals. The content of old rows may be removed: its
// hash stays, and the row's own hash is made of that.
import type { Json, JsonObject } from "./json.ts";
import { canonicalJson } from "./json.ts";

export const AUDIT_TYPES = [
  "ticket_opened", // fingerprint, reason, evidence
  "ticket_moved", // event, from, to, reason; wellForMs where the monitor resolved it
  "ticket_flagged", // held or unheld
  "session_started", // model, mode, agentId, purpose
  "session_briefed", // system, brief: what the model was told first
  "model_replied", // blocks, stop, usage, durationMs, raw: the provider's own message
  "model_failed", // failure, message, willRetry
  "guard_decided", // callId, decision, reason, effects
  "tool_result", // callId, tool, text, exitCode, durationMs, isError
  "approval_requested", // operation, effects, undo, reason, the state it was proposed in
  "approval_taken_up", // by a later session that proposes the same; the state it finds it in
  "approval_decided", // decision, words
  "approval_used", // spent by the session that asked for it
  "approval_voided", // reason: what changed since
  "step_begun", // entryId, kind, operation, targets, precondition, effects, undo, undoes
  "step_finished", // entryId, state, changed
  "step_settled", // entryId, state, reason, agentId: an interrupted step that somebody looked after
  "step_undone", // entryId, by: the step that took it back
  "step_kept", // entryId, reason: why it was not taken back
  "session_concluded", // conclusion
  "verification_refused", // reason, as it goes back to the model
  "session_ended", // stopReason, detail, usage
  "usage_added", // turns, usage: after the session's end
  "session_recorded", // part, entries: what the ports answered, for a replay
  "row_found_altered", // row, reason: it was not as it had been written when it was next changed
  "audit_compacted", // cutoffMs, events, bytes, ids: whose content was removed by age
] as const;
export type AuditType = (typeof AUDIT_TYPES)[number];

export interface AuditInput {
  readonly type: AuditType;
  readonly ticketId: number | null;
  readonly sessionId: string | null;
  readonly content: JsonObject;
}

export interface AuditEvent extends AuditInput {
  /** Counts from 1 without gaps. */
  readonly id: number;
  readonly atMs: number;
  readonly previousHash: string;
  readonly hash: string;
}

/** A row that stands in an export for the chain alone: all that its hash is made of. */
export interface AuditLink extends AuditFacts {
  /** Null for a row of the first version, whose hash is of the content itself. */
  readonly contentHash: string | null;
  readonly previousHash: string;
  readonly hash: string;
}

export interface EventFilter {
  readonly sessionId?: string;
  readonly ticketId?: number;
  readonly types?: readonly AuditType[];
  readonly afterId?: number;
  readonly limit?: number;
  /** Oldest first when absent; the limit counts from the first. */
  readonly isNewestFirst?: boolean;
}

/** The first row that is not as it was written, and how that shows. */
export interface MisfitRow {
  readonly row: number;
  readonly reason: string;
}

export type CheckedEvents = { readonly events: readonly AuditEvent[] } | MisfitRow;

/** The hash that stands before the first row. */
export const AUDIT_GENESIS = "0".repeat(64);

/** What a row's hash covers, besides the previous hash: all that is stored, content by its hash. */
export function auditText(event: AuditFacts, contentHash: string): string {
  const { id, atMs, type, ticketId, sessionId } = event;
  return canonicalJson({ id, atMs, type, ticketId, sessionId, contentHash });
}

export type AuditFacts = Omit<AuditEvent, "previousHash" | "hash" | "content">;

/** The same in the first version, whose rows stay as they are: content itself. */
export function oldAuditText(event: AuditFacts & Pick<AuditEvent, "content">): string {
  const { id, atMs, type, ticketId, sessionId, content } = event;
  const row: Json = { id, atMs, type, ticketId, sessionId, content };
  return canonicalJson(row);
}

/** What stands in place of a content that was removed: the hash that its row's hash covers. */
export function compactedContent(contentHash: string): JsonObject {
  return { compacted: contentHash };
}

/** The hash of the content that was removed; undefined of a content that is there. */
export function compactedHash({ compacted, ...others }: JsonObject): string | undefined {
  const isMark = typeof compacted === "string" && /^[0-9a-f]{64}$/.test(compacted);
  return isMark && Object.keys(others).length === 0 ? compacted : undefined;
}
