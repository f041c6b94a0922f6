// A signal that aborts with another one, or when a time is over.
import type { Clock } from "../domain/clock.ts";

export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** True when the time was over before the deadline was disposed of. */
  isOver(): boolean;
}

export function startDeadline(options: {
  readonly clock: Clock;
  readonly durationMs: number;
  readonly signal: AbortSignal;
}): Deadline {
  const { clock, durationMs } = options;
  const ended = new AbortController();
  const overdue = new AbortController();
  void clock.sleep(durationMs, ended.signal).then(() => {
    if (!ended.signal.aborted) overdue.abort();
  });
  return {
    signal: AbortSignal.any([options.signal, overdue.signal]),
    isOver: () => overdue.signal.aborted,
    [Symbol.dispose]: () => ended.abort(),
  };
}
