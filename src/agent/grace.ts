// What may still be done after the agent was told to stop: a signal that aborts a while later.
import type { Clock } from "../domain/clock.ts";

export interface Grace extends Disposable {
  /** Aborts `durationMs` after the other one. */
  readonly signal: AbortSignal;
}

export function startGrace(options: {
  readonly clock: Clock;
  readonly durationMs: number;
  readonly signal: AbortSignal;
}): Grace {
  const { clock, durationMs, signal } = options;
  const disposed = new AbortController();
  const over = new AbortController();
  const start = () =>
    void clock.sleep(durationMs, disposed.signal).then(() => over.abort(signal.reason));
  if (signal.aborted) start();
  else signal.addEventListener("abort", start, { once: true, signal: disposed.signal });
  return { signal: over.signal, [Symbol.dispose]: () => disposed.abort() };
}
