// Events as they are stored, whatever was done to them, and the three forms in which the store has
// left one: whole; with its content removed by age; whole, by the first version.
import { type AuditEvent, compactedHash, oldAuditText } from "../domain/audit.ts";
import { canonicalJson } from "../domain/json.ts";
import { chainedHash, hashAfter, sha256 } from "./audit-chain.ts";
import { parseEvent } from "./rows.ts";

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

/** Undefined where the row's hash is not that of what is stored in it. */
export function formOf(row: StoredEvent): StoredForm | undefined {
  if (row.is_json === 0) return undefined;
  const event = parseLoosely(row);
  if (canonicalJson(event.content) !== row.content) return undefined;
  const fits = (contentHash: string) =>
    chainedHash(event, { previousHash: row.previous_hash, contentHash }) === row.hash;
  if (fits(sha256(row.content))) return "whole";
  const removed = compactedHash(event.content);
  if (removed !== undefined && fits(removed)) return "compacted";
  return hashAfter(row.previous_hash, oldAuditText(event)) === row.hash ? "old" : undefined;
}

/** The type may be one that was never written: it still has a hash. */
export function parseLoosely(row: StoredEvent): AuditEvent {
  return { ...parseEvent({ ...row, type: "ticket_opened" }), type: row.type as AuditEvent["type"] };
}
