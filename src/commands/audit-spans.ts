// Where the time of a session went: each stretch from one of its events to the next is its agent's
// work, or a wait for the monitor's word or for a person's, or nobody's, when its agent was gone.
import type { AuditEvent } from "../domain/audit.ts";
import type { Session } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import { objectIn, textIn } from "./audit-content.ts";

/** All in milliseconds. */
export interface Spans {
  readonly workedMs: number;
  /** For the monitor, which verifies. */
  readonly verifyingMs: number;
  /** For a person's word on what was asked. */
  readonly askingMs: number;
  /** From the last sign of its agent until its lease ran out: at most so long it was dead. */
  readonly goneMs: number;
}

export const NO_SPANS: Spans = { workedMs: 0, verifyingMs: 0, askingMs: 0, goneMs: 0 };

/** When no session had the ticket. */
export interface Waits {
  /** Until an agent took it: with backoff, or because there was none. */
  readonly openMs: number;
  /** Given to a person. */
  readonly escalatedMs: number;
}

export interface WaitCollector {
  /** Of the ticket, oldest first. */
  take(event: AuditEvent): void;
  waits(now: { readonly ticket: Ticket; readonly nowMs: number }): Waits;
}

export function collectWaits(): WaitCollector {
  const waits = { openMs: 0, escalatedMs: 0 };
  let since: { readonly of: keyof Waits; readonly atMs: number } | undefined;
  const move = (to: string, atMs: number) => {
    if (since) waits[since.of] += Math.max(0, atMs - since.atMs);
    const of = to === "open" ? "openMs" : to === "escalated" ? "escalatedMs" : undefined;
    since = of && { of, atMs };
  };
  return {
    take({ type, atMs, content }) {
      if (type === "ticket_opened") move("open", atMs);
      if (type === "ticket_moved") move(textIn(content, "to"), atMs);
    },
    waits({ ticket, nowMs }) {
      move(ticket.state, nowMs);
      return { ...waits };
    },
  };
}

export interface SpanCollector {
  /** Of the session, oldest first. */
  take(event: AuditEvent): void;
  /** Of one that runs: until now. */
  spans(now: { readonly ticket: Ticket; readonly nowMs: number }): Spans;
}

export function collectSpans(session: Session): SpanCollector {
  const spans = { ...NO_SPANS };
  let span: keyof Spans = "workedMs";
  let lastMs = session.startedAtMs;
  let hasEnded = false;
  const add = (atMs: number, to: keyof Spans) => {
    spans[to] += Math.max(0, atMs - lastMs);
    lastMs = atMs;
  };
  return {
    take(event) {
      // What its agent wrote later it wrote with nothing of its own any more.
      if (hasEnded) return;
      hasEnded = event.type === "session_ended";
      add(event.atMs, isTakenAway(event, session) ? "goneMs" : span);
      span = spanAfter(event) ?? span;
    },
    spans({ ticket, nowMs }) {
      if (session.endedAtMs === null) {
        const isGone = (ticket.lease?.expiresAtMs ?? nowMs) < nowMs;
        add(nowMs, isGone ? "goneMs" : span);
      }
      return { ...spans };
    },
  };
}

export function addSpans(left: Spans, right: Spans): Spans {
  return {
    workedMs: left.workedMs + right.workedMs,
    verifyingMs: left.verifyingMs + right.verifyingMs,
    askingMs: left.askingMs + right.askingMs,
    goneMs: left.goneMs + right.goneMs,
  };
}

/** Its lease ran out: nobody was heard of it since the event before. */
function isTakenAway({ type, content }: AuditEvent, { stopReason }: Session): boolean {
  if (type !== "ticket_moved" || stopReason !== "lease_lost") return false;
  return ["release", "escalate"].includes(textIn(content, "event"));
}

/** What is waited for from then on; undefined where the event changes nothing about that. */
function spanAfter({ type, content }: AuditEvent): keyof Spans | undefined {
  switch (type) {
    case "session_concluded":
      return textIn(objectIn(content, "conclusion"), "outcome") === "cannot_fix"
        ? "workedMs"
        : "verifyingMs";
    case "approval_requested":
    case "approval_taken_up":
      return "askingMs";
    case "verification_refused":
    case "approval_decided":
    case "approval_voided":
    case "approval_used":
    case "tool_result":
      return "workedMs";
    default:
      return undefined;
  }
}
