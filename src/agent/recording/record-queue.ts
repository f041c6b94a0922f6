// The store as a session uses it, written down. What was appended to the audit is not kept again.
import type { WorkQueue } from "../../domain/ticket-ops.ts";
import { toJson } from "./entries.ts";
import type { Tape } from "./tape.ts";

export function recordQueue(queue: WorkQueue, tape: Tape): WorkQueue {
  const ask = <T>(kind: keyof WorkQueue, question: unknown, call: () => Promise<T>) =>
    tape.asked(kind, { question: toJson(question), ask: call });
  return {
    // Of the loop around sessions, and of the lease, which is recorded by its loss.
    claim: (request) => queue.claim(request),
    renewLease: (sessionId, leaseMs) => queue.renewLease(sessionId, leaseMs),
    unattendedSubjects: (subject) => queue.unattendedSubjects(subject),
    getTicket: (ticketId) => ask("getTicket", ticketId, () => queue.getTicket(ticketId)),
    sessionsOf: (ticketId) => ask("sessionsOf", ticketId, () => queue.sessionsOf(ticketId)),
    journalOf: (sessionId) => ask("journalOf", sessionId, () => queue.journalOf(sessionId)),
    recentSteps: (query) => ask("recentSteps", query, () => queue.recentSteps(query)),
    appendAudit: (event) =>
      tape.asked("appendAudit", {
        question: event.type,
        ask: () => queue.appendAudit(event),
        keep: ({ id }) => id,
      }),
    addUsage: (sessionId, turns, usage) =>
      ask("addUsage", { turns, usage }, () => queue.addUsage(sessionId, turns, usage)),
    beginStep: (step) => ask("beginStep", step, () => queue.beginStep(step)),
    finishStep: (entryId, outcome) =>
      ask("finishStep", { entryId, ...outcome }, () => queue.finishStep(entryId, outcome)),
    interruptedSteps: (subject) =>
      ask("interruptedSteps", subject, () => queue.interruptedSteps(subject)),
    settleStep: (entryId, settlement) =>
      ask("settleStep", { entryId, ...settlement }, () => queue.settleStep(entryId, settlement)),
    concludeTicket: (sessionId, conclusion) =>
      ask("concludeTicket", conclusion, () => queue.concludeTicket(sessionId, conclusion)),
    escalateTicket: (sessionId, end) =>
      ask("escalateTicket", end, () => queue.escalateTicket(sessionId, end)),
    releaseTicket: (sessionId, end) =>
      ask("releaseTicket", end, () => queue.releaseTicket(sessionId, end)),
    endSession: (sessionId, end) => ask("endSession", end, () => queue.endSession(sessionId, end)),
    requestApproval: (request) =>
      ask("requestApproval", request, () => queue.requestApproval(request)),
    getApproval: (approvalId) =>
      ask("getApproval", approvalId, () => queue.getApproval(approvalId)),
    unheardApprovals: (subject) =>
      ask("unheardApprovals", subject, () => queue.unheardApprovals(subject)),
    useApproval: (approvalId, use) =>
      ask("useApproval", { approvalId, ...use }, () => queue.useApproval(approvalId, use)),
    voidApproval: (approvalId, why) =>
      ask("voidApproval", { approvalId, why }, () => queue.voidApproval(approvalId, why)),
  };
}
