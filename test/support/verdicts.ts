// Builders for verdicts and tickets: a whole, ordinary one, and what a test changes in it.
import type { Ticket } from "../../src/domain/ticket.ts";
import { fingerprintOf, type Verdict } from "../../src/domain/verdict.ts";

export function verdictWith(changes: Partial<Verdict> = {}): Verdict {
  return {
    subject: "toy",
    invariant: "answers",
    entity: "one",
    state: "violated",
    severity: "critical",
    forMs: 500,
    settleMs: 2_000,
    reason: "no answer",
    evidence: { status: 0 },
    ...changes,
  };
}

export function ticketWith(changes: Partial<Ticket> = {}): Ticket {
  return {
    id: 1,
    fingerprint: fingerprintOf(verdictWith()),
    subject: "toy",
    invariant: "answers",
    entity: "one",
    severity: "critical",
    state: "open",
    resolution: null,
    reason: "no answer",
    evidence: {},
    occurrences: 1,
    settleMs: 2_000,
    isHeld: false,
    attempts: 0,
    violatedSinceMs: 0,
    openedAtMs: 500,
    lastViolatedAtMs: 500,
    updatedAtMs: 500,
    resolvedAtMs: null,
    claimableAtMs: 0,
    lease: null,
    sessionId: null,
    verifyingSinceMs: null,
    note: null,
    ...changes,
  };
}
