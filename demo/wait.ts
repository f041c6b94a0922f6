// Waiting for something to be true, with a bound.
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
    if (signal.aborted) throw new OperatorError("interrupted", `interrupted by ${signal.reason}`);
    if (clock.now() >= deadlineMs) return false;
    await clock.sleep(POLL_MS, signal);
  }
  return true;
}
