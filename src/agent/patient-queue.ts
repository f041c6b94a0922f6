// The store, as a daemon uses it: while it fails, calls wait and are tried again. One line says
// that it fails, one that it works again. A call that failed changed nothing, so it is repeated.
import type { Clock } from "../domain/clock.ts";
import { OperatorError } from "../domain/errors.ts";
import type { WorkQueue } from "../domain/ticket-ops.ts";

export interface Patience {
  readonly clock: Clock;
  /** Once it aborts, nothing is tried again. */
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
  readonly backoffMs: number;
}

const BACKOFF_MS_MAX = 10_000;

export function patientQueue(queue: WorkQueue, patience: Patience): WorkQueue {
  const outage: Outage = { message: undefined };
  const retry = <T>(call: () => Promise<T>, stopped?: () => T) =>
    retryWhileItFails(call, { ...patience, outage, stopped });
  return {
    // With nothing in hand an agent that is told to stop has nothing to lose to the outage.
    claim: (request) =>
      retry(
        () => queue.claim(request),
        () => undefined,
      ),
    renewLease: (sessionId, leaseMs) => queue.renewLease(sessionId, leaseMs),
    unattendedSubjects: (subject) =>
      retry(
        () => queue.unattendedSubjects(subject),
        () => [],
      ),
    getTicket: (ticketId) => retry(() => queue.getTicket(ticketId)),
    sessionsOf: (ticketId) => retry(() => queue.sessionsOf(ticketId)),
    journalOf: (sessionId) => retry(() => queue.journalOf(sessionId)),
    recentSteps: (query) => retry(() => queue.recentSteps(query)),
    appendAudit: (event) => retry(() => queue.appendAudit(event)),
    addUsage: (sessionId, turns, usage) => retry(() => queue.addUsage(sessionId, turns, usage)),
    beginStep: (step) => retry(() => queue.beginStep(step)),
    finishStep: (entryId, outcome) => retry(() => queue.finishStep(entryId, outcome)),
    interruptedSteps: (subject) => retry(() => queue.interruptedSteps(subject)),
    settleStep: (entryId, settlement) => retry(() => queue.settleStep(entryId, settlement)),
    concludeTicket: (sessionId, conclusion) =>
      retry(() => queue.concludeTicket(sessionId, conclusion)),
    escalateTicket: (sessionId, end) => retry(() => queue.escalateTicket(sessionId, end)),
    releaseTicket: (sessionId, end) => retry(() => queue.releaseTicket(sessionId, end)),
    endSession: (sessionId, end) => retry(() => queue.endSession(sessionId, end)),
    requestApproval: (request) => retry(() => queue.requestApproval(request)),
    getApproval: (approvalId) => retry(() => queue.getApproval(approvalId)),
    unheardApprovals: (subject) => retry(() => queue.unheardApprovals(subject)),
    useApproval: (approvalId, use) => retry(() => queue.useApproval(approvalId, use)),
    voidApproval: (approvalId, why) => retry(() => queue.voidApproval(approvalId, why)),
  };
}

/** Shared by all calls, so that an outage is said once. */
interface Outage {
  message: string | undefined;
}

interface Trying<T> extends Patience {
  readonly outage: Outage;
  /** What it gives when the signal ends the tries; when there is none, the failure is thrown. */
  readonly stopped: (() => T) | undefined;
}

async function retryWhileItFails<T>(
  call: () => Promise<T>,
  { clock, signal, print, backoffMs, outage, stopped }: Trying<T>,
): Promise<T> {
  for (let waitMs = backoffMs; ; waitMs = Math.min(BACKOFF_MS_MAX, waitMs * 2)) {
    const attempt = await call().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const trouble = "error" in attempt ? outageIn(attempt.error) : undefined;
    if (trouble === undefined) {
      if (outage.message !== undefined) print(`[Trouble] over: ${outage.message}`);
      outage.message = undefined;
      if ("error" in attempt) throw attempt.error;
      return attempt.value;
    }
    if (signal.aborted && stopped) return stopped();
    if (signal.aborted) throw trouble;
    if (outage.message === undefined) print(`[Trouble] ${trouble.message}; trying again`);
    outage.message = trouble.message;
    await clock.sleep(waitMs, signal);
  }
}

/** A call that was answered, be it with a refusal, is none. */
function outageIn(error: unknown): OperatorError | undefined {
  return error instanceof OperatorError && error.code === "database" ? error : undefined;
}
