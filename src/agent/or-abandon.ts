// Waits for work that was told to stop, but not for ever.
import type { Clock } from "../domain/clock.ts";

export interface Abandonment {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** After the signal: how long the work may take to end. */
  readonly graceMs: number;
}

/** The work's value; undefined when it goes on beyond the grace: then its end changes nothing. */
export async function orAbandon<T>(
  work: Promise<T>,
  { signal, clock, graceMs }: Abandonment,
): Promise<T | undefined> {
  const settled = new AbortController();
  const given = new Promise<void>((resolve) => {
    const start = () => void clock.sleep(graceMs, settled.signal).then(resolve);
    if (signal.aborted) start();
    else signal.addEventListener("abort", start, { once: true, signal: settled.signal });
  });
  try {
    return await Promise.race([work, given.then(() => undefined)]);
  } finally {
    settled.abort();
  }
}
