// Tickets as lines for people. Pure: data to text.
import type { AuditEvent, AuditType } from "../domain/audit.ts";
import type { Session } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import { cutTo, plainLines } from "../panels/plain-text.ts";
import { factLines, tableLines } from "../panels/table.ts";
import { formatDuration, formatTime } from "../panels/units.ts";
import { describeEvent } from "./audit-lines.ts";
import { sessionsTable } from "./audit-sessions.ts";

const LIST_HEADER = ["ID", "STATE", "SEVERITY", "SUBJECT", "INVARIANT", "ENTITY", "OPENED", "SEEN"];
const REASON_COLUMNS_MAX = 60;
const NAME_COLUMNS_MAX = 40;
/** What happened to the ticket itself; the rest is in its sessions. */
export const HISTORY: readonly AuditType[] = ["ticket_opened", "ticket_moved", "ticket_flagged"];

export interface ListFacts {
  readonly isFiltered: boolean;
  readonly hasMore: boolean;
}

export function listLines(tickets: readonly Ticket[], facts: ListFacts): readonly string[] {
  if (tickets.length === 0) return [facts.isFiltered ? "no tickets that match" : "no tickets"];
  const rows = tickets.map((ticket) => [
    String(ticket.id),
    stateWords(ticket),
    ticket.severity,
    ticket.subject,
    cutTo(ticket.invariant, NAME_COLUMNS_MAX),
    cutTo(ticket.entity, NAME_COLUMNS_MAX),
    formatTime(ticket.openedAtMs),
    String(ticket.occurrences),
    cutTo(ticket.reason, REASON_COLUMNS_MAX),
  ]);
  const more = facts.hasMore ? ["", "more exist: --limit shows them"] : [];
  return [...tableLines([...LIST_HEADER, "REASON"], rows), ...more];
}

/** `open`, `open, held`, `resolved (verified_fix)`. */
export function stateWords({ state, resolution, isHeld }: Ticket): string {
  const how = resolution === null ? "" : ` (${resolution})`;
  return `${state}${how}${isHeld && state !== "resolved" ? ", held" : ""}`;
}

export interface ShownTicket {
  readonly ticket: Ticket;
  readonly sessions: readonly Session[];
  /** Of its history. */
  readonly events: readonly AuditEvent[];
  readonly nowMs: number;
}

export function showLines({ ticket, sessions, events, nowMs }: ShownTicket): readonly string[] {
  const summaries = sessions.map((session) => ({ session, ticket }));
  return [
    `Ticket #${ticket.id}`,
    ...factLines(factsOf(ticket, nowMs)),
    "",
    "Evidence",
    ...indent(plainLines(JSON.stringify(ticket.evidence, null, 2))),
    "",
    "History",
    ...indent(events.flatMap((event) => describeEvent(event))),
    ...(sessions.length === 0 ? [] : ["", "Sessions", ...indent(sessionsTable(summaries, nowMs))]),
  ];
}

function factsOf(ticket: Ticket, nowMs: number): readonly (readonly [string, string])[] {
  const { lease, resolvedAtMs, claimableAtMs, note } = ticket;
  const waits = ticket.state === "open" && claimableAtMs > nowMs;
  return [
    ["state", stateWords(ticket)],
    ["subject", ticket.subject],
    ["invariant", `${ticket.invariant} (${ticket.severity})`],
    ["entity", ticket.entity],
    ["reason", ticket.reason],
    ["violated since", formatTime(ticket.violatedSinceMs)],
    ["opened", formatTime(ticket.openedAtMs)],
    ["last violated", formatTime(ticket.lastViolatedAtMs)],
    ["occurrences", String(ticket.occurrences)],
    ...optional("resolved", resolvedAtMs === null ? null : resolvedWords(ticket, resolvedAtMs)),
    ["attempts", String(ticket.attempts)],
    ...optional("claimable", waits ? `in ${formatDuration(claimableAtMs - nowMs)}` : null),
    ...optional("agent", lease && `${lease.agentId}, lease until ${formatTime(lease.expiresAtMs)}`),
    ...optional("note", note),
  ];
}

function resolvedWords(ticket: Ticket, resolvedAtMs: number): string {
  const durationMs = Math.max(0, resolvedAtMs - ticket.openedAtMs);
  return `${formatTime(resolvedAtMs)}, ${formatDuration(durationMs)} after it was opened`;
}

function optional(name: string, value: string | null): readonly (readonly [string, string])[] {
  return value === null ? [] : [[name, value]];
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
