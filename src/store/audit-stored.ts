// Events as they are stored, whatever was done to them, and the three forms in which the store has
// left one: whole; with its content removed by age; whole, by the first version.
import { type AuditEvent, type AuditLink, compactedHash, oldAuditText } from "../domain/audit.ts";
import { canonicalJson } from "../domain/json.ts";
import { chainedHash, hashAfter, sha256 } from "./audit-chain.ts";

export interface StoredEvent {
  readonly id: number;
  readonly at_ms: number;
  readonly type: string;
  readonly ticket_id: number | null;
  readonly session_id: string | null;
  readonly content: string;
  readonly is_json: 0 | 1;
  readonly previous_hash: string;
  readonly hash: string;
}

export type StoredForm = "whole" | "compacted" | "old";

/** To be selected from `audit_events`. */
export const STORED_COLUMNS = "*, json_valid(content) AS is_json";

export interface ReadEvent {
  readonly form: StoredForm;
  readonly event: AuditEvent;
}

/** Undefined where the row's hash is not that of what is stored in it. */
export function readStored(row: StoredEvent): ReadEvent | undefined {
  if (row.is_json === 0) return undefined;
  const event = eventOf(row);
  if (canonicalJson(event.content) !== row.content) return undefined;
  const form = formOf(row, event);
  return form && { form, event };
}

function formOf({ content, hash, previous_hash }: StoredEvent, event: AuditEvent) {
  const fits = (contentHash: string) =>
    chainedHash(event, { previousHash: previous_hash, contentHash }) === hash;
  if (fits(sha256(content))) return "whole";
  const removed = compactedHash(event.content);
  if (removed !== undefined && fits(removed)) return "compacted";
  return hashAfter(previous_hash, oldAuditText(event)) === hash ? "old" : undefined;
}

/** As it was stored. */
export function asStored(event: AuditEvent): StoredEvent {
  const { id, type, hash } = event;
  return {
    ...{ id, type, hash, is_json: 1 },
    at_ms: event.atMs,
    ticket_id: event.ticketId,
    session_id: event.sessionId,
    content: canonicalJson(event.content),
    previous_hash: event.previousHash,
  };
}

/** By its own hash; whether it stands where it stood, the chain tells. */
export function isAsWritten(event: AuditEvent): boolean {
  return readStored(asStored(event)) !== undefined;
}

/** Whatever was done to it: who holds it against its hash finds that. */
export function linkOf({ content, ...facts }: AuditEvent): AuditLink {
  if (formOf(asStored({ ...facts, content }), { ...facts, content }) === "old") {
    return { ...facts, contentHash: null };
  }
  return { ...facts, contentHash: compactedHash(content) ?? sha256(canonicalJson(content)) };
}

/** By hand, for there may be millions. The type may be one that was never written: it is hashed. */
function eventOf(row: StoredEvent): AuditEvent {
  return {
    id: row.id,
    atMs: row.at_ms,
    type: row.type as AuditEvent["type"],
    ticketId: row.ticket_id,
    sessionId: row.session_id,
    content: JSON.parse(row.content),
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
