// Waiting for something to be true, with a bound; and for the person who does not want to wait.
import type { Clock } from "../src/domain/clock.ts";
import { OperatorError } from "../src/domain/errors.ts";

const POLL_MS = 100;

export interface Wait {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly forMsMax: number;
  readonly until: () => boolean | Promise<boolean>;
}

/** Whether it became true in time. Rejects with code "interrupted" when the signal aborts. */
export async function waitUntil({ clock, signal, forMsMax, until }: Wait): Promise<boolean> {
  const deadlineMs = clock.now() + forMsMax;
  while (!(await until())) {
    if (signal.aborted) throw interruptedBy(signal);
    if (clock.now() >= deadlineMs) return false;
    await clock.sleep(POLL_MS, signal);
  }
  return true;
}

/** Rejects with code "interrupted" as soon as the signal aborts; never resolves. */
export function interruption(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(interruptedBy(signal));
  signal.addEventListener("abort", () => reject(interruptedBy(signal)), { once: true });
  return promise;
}

function interruptedBy(signal: AbortSignal): OperatorError {
  return new OperatorError("interrupted", `interrupted by ${signal.reason}`);
}
