// Port: time. Everything that waits or stamps takes a Clock, so that tests can move it by hand.
// Stamps are of the wall clock, which may jump; how long something takes is told by the other.

export interface Clock {
  /** Epoch milliseconds, UTC, an integer. */
  now(): number;
  /** Milliseconds since some moment, an integer; no change of the wall clock changes it. */
  elapsed(): number;
  /** Resolves after `durationMs`, or at once when `signal` aborts. Never rejects. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
