// From rows to the domain's types: the one place where snake_case becomes camelCase and JSON
// columns become data. The parsers throw ZodError for a row that no version of ours has written.
import { z } from "zod";
import { AUDIT_TYPES, type AuditEvent } from "../domain/audit.ts";
import type { Effect } from "../domain/effect.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Person } from "../domain/person.ts";
import type { SeenState } from "../domain/seen-state.ts";
import {
  APPROVAL_STATES,
  type Approval,
  CONCLUSIONS,
  type JournalEntry,
  SAFETY_MODES,
  type Session,
  STEP_STATES,
  STOP_REASONS,
} from "../domain/session.ts";
import { RESOLUTIONS, TICKET_STATES, type Ticket } from "../domain/ticket.ts";
import type { Undo } from "../domain/undo.ts";

const integer = z.number();
const integerOrNull = integer.nullable();
const text = z.string();
const textOrNull = text.nullable();
/** The column's CHECK has made sure that it is an object. */
const jsonObject = text.transform((json): JsonObject => JSON.parse(json));

const ticketRow = z
  .object({
    id: integer,
    fingerprint: text,
    subject: text,
    invariant: text,
    entity: text,
    severity: z.enum(["critical", "warning"]),
    state: z.enum(TICKET_STATES),
    resolution: z.enum(RESOLUTIONS).nullable(),
    reason: text,
    evidence: jsonObject,
    occurrences: integer,
    settle_ms: integer,
    is_held: integer.transform((flag) => flag === 1),
    attempts: integer,
    violated_since_ms: integer,
    opened_at_ms: integer,
    last_violated_at_ms: integer,
    updated_at_ms: integer,
    resolved_at_ms: integerOrNull,
    claimable_at_ms: integer,
    lease_agent_id: textOrNull,
    lease_expires_at_ms: integerOrNull,
    session_id: textOrNull,
    verifying_since_ms: integerOrNull,
    note: textOrNull,
  })
  .transform((row): Ticket => {
    const { leaseAgentId: agentId, leaseExpiresAtMs: expiresAtMs, ...rest } = camelKeys(row);
    const lease = agentId === null || expiresAtMs === null ? null : { agentId, expiresAtMs };
    return { ...rest, lease };
  });

const conclusion = text
  .transform((json): unknown => JSON.parse(json))
  .pipe(
    z.object({
      outcome: z.enum(CONCLUSIONS),
      rootCause: text,
      evidence: z.array(integer),
      summary: text,
    }),
  );

const sessionRow = z
  .object({
    id: text,
    ticket_id: integer,
    purpose: z
      .literal("clear_up")
      .nullable()
      .transform((purpose) => purpose ?? "repair"),
    agent_id: text,
    model: text,
    mode: z.enum(SAFETY_MODES),
    started_at_ms: integer,
    ended_at_ms: integerOrNull,
    stop_reason: z.enum(STOP_REASONS).nullable(),
    stop_detail: textOrNull,
    conclusion: conclusion.nullable(),
    turns: integer,
    input_tokens: integer,
    output_tokens: integer,
    cache_read_tokens: integer,
    cache_write_tokens: integer,
    cost_usd: z.number(),
    changes: integer,
  })
  .transform((row): Session => {
    const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costUsd, ...rest } =
      camelKeys(row);
    const usage = { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costUsd };
    return { ...rest, usage };
  });

const journalRow = z.object({
  id: integer,
  session_id: text,
  ticket_id: integer,
  kind: z.enum(["shell", "act"]),
  operation: jsonObject,
  targets: text.transform((json): readonly string[] => JSON.parse(json)),
  state: z.enum(STEP_STATES),
  result: textOrNull,
  started_at_ms: integer,
  ended_at_ms: integerOrNull,
  precondition: jsonObject.nullable(),
  effects: text.transform((json): readonly Effect[] => JSON.parse(json)).nullable(),
  undo: text.transform((json): Undo => JSON.parse(json)).nullable(),
  approval_id: integerOrNull,
  undoes: integerOrNull,
  has_changed: integer.transform((flag) => flag === 1).nullable(),
});

/** With `is_awaited`, which is no column. */
const approvalRow = z.object({
  id: integer,
  session_id: text,
  holder_id: text,
  ticket_id: integer,
  operation: jsonObject,
  effects: text.transform((json): readonly Effect[] => JSON.parse(json)).nullable(),
  undo: textOrNull,
  reason: text,
  operation_hash: text,
  seen: text.transform((json): SeenState => JSON.parse(json)).nullable(),
  state_hash: textOrNull,
  state: z.enum(APPROVAL_STATES),
  note: textOrNull,
  requested_at_ms: integer,
  expires_at_ms: integer,
  decided_at_ms: integerOrNull,
  decided_by: text.transform((json): Person => JSON.parse(json)).nullable(),
  is_awaited: integer.transform((flag) => flag === 1),
});

const eventRow = z.object({
  id: integer,
  at_ms: integer,
  type: z.enum(AUDIT_TYPES),
  ticket_id: integerOrNull,
  session_id: textOrNull,
  content: jsonObject,
  previous_hash: text,
  hash: text,
});

export function parseTicket(row: unknown): Ticket {
  return ticketRow.parse(row);
}

export function parseSession(row: unknown): Session {
  return sessionRow.parse(row);
}

export function parseJournalEntry(row: unknown): JournalEntry {
  return camelKeys(journalRow.parse(row));
}

export function parseApproval(row: unknown): Approval {
  const { effects, ...approval } = camelKeys(approvalRow.parse(row));
  return { ...approval, effects: effects ?? [] };
}

export function parseEvent(row: unknown): AuditEvent {
  return camelKeys(eventRow.parse(row));
}

type CamelCase<S> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S & string;

type CamelKeys<T> = { [K in keyof T as CamelCase<K>]: T[K] };

function camelKeys<T extends object>(row: T): CamelKeys<T> {
  const entries = Object.entries(row).map(([name, value]) => [camelCase(name), value]);
  return Object.fromEntries(entries) as CamelKeys<T>;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
