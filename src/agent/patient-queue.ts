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
  const retry = <T>(call: () => Promise<T>) => retryWhileItFails(call, { ...patience, outage });
  return {
    claim: (request) => retry(() => queue.claim(request)),
    renewLease: (sessionId, leaseMs) => queue.renewLease(sessionId, leaseMs),
    getTicket: (ticketId) => retry(() => queue.getTicket(ticketId)),
    sessionsOf: (ticketId) => retry(() => queue.sessionsOf(ticketId)),
    journalOf: (sessionId) => retry(() => queue.journalOf(sessionId)),
    appendAudit: (event) => retry(() => queue.appendAudit(event)),
    addUsage: (sessionId, turns, usage) => retry(() => queue.addUsage(sessionId, turns, usage)),
    beginStep: (step) => retry(() => queue.beginStep(step)),
    finishStep: (entryId, outcome) => retry(() => queue.finishStep(entryId, outcome)),
    concludeTicket: (sessionId, conclusion) =>
      retry(() => queue.concludeTicket(sessionId, conclusion)),
    escalateTicket: (sessionId, end) => retry(() => queue.escalateTicket(sessionId, end)),
    releaseTicket: (sessionId, end) => retry(() => queue.releaseTicket(sessionId, end)),
    endSession: (sessionId, end) => retry(() => queue.endSession(sessionId, end)),
    requestApproval: (request) => retry(() => queue.requestApproval(request)),
    getApproval: (approvalId) => retry(() => queue.getApproval(approvalId)),
    useApproval: (approvalId, hash) => retry(() => queue.useApproval(approvalId, hash)),
  };
}

/** Shared by all calls, so that an outage is said once. */
interface Outage {
  message: string | undefined;
}

async function retryWhileItFails<T>(
  call: () => Promise<T>,
  { clock, signal, print, backoffMs, outage }: Patience & { readonly outage: Outage },
): Promise<T> {
  for (let waitMs = backoffMs; ; waitMs = Math.min(BACKOFF_MS_MAX, waitMs * 2)) {
    const attempt = await call().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if ("value" in attempt) {
      if (outage.message !== undefined) print(`[Trouble] over: ${outage.message}`);
      outage.message = undefined;
      return attempt.value;
    }
    const { error } = attempt;
    const isOutage = error instanceof OperatorError && error.code === "database";
    if (!isOutage || signal.aborted) throw error;
    if (outage.message === undefined) print(`[Trouble] ${error.message}; trying again`);
    outage.message = error.message;
    await clock.sleep(waitMs, signal);
  }
}
