// Port: time. Everything that waits or stamps takes a Clock, so that tests can move it by hand.

export interface Clock {
  /** Epoch milliseconds, UTC, an integer. */
  now(): number;
  /** Resolves after `durationMs`, or at once when `signal` aborts. Never rejects. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
