// Looks again and again, on the clock, until something is so.
import type { Clock } from "../domain/clock.ts";

export interface WaitLimits {
  readonly withinMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

const POLL_MS = 20;

/** False when the time was over, or the signal aborted, before the condition was true. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  { withinMs, clock, signal }: WaitLimits,
): Promise<boolean> {
  const deadlineMs = clock.elapsed() + withinMs;
  while (!(await condition())) {
    if (signal?.aborted || clock.elapsed() > deadlineMs) return false;
    await clock.sleep(POLL_MS, signal);
  }
  return true;
}
