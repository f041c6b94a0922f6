// What can be said of a window of Redis's clock by one who sees only when a check left and when its
// answer came, by a clock of his own: what was certainly within it, and what possibly was.

/** By our monotonic clock, in milliseconds: a decision fell in [sentMs, receivedMs]. */
export interface Span {
  readonly sentMs: number;
  readonly receivedMs: number;
}

/**
 * The decision fell at one moment between sending and receiving, and those two stamps are ours: a
 * late timer or a busy event loop only widens the span. A window is a length, not a place, so the
 * offset between the clocks is of no matter; what is, is how far their rates differ. At a rate
 * error of at most d, w of Redis's time are between w/(1+d) and w/(1-d) of ours. What lies within
 * less than w(1-d) of ours is therefore certainly within w of Redis's, and what lies more than
 * w(1+2d) apart certainly is not. Between the two nobody is accused. A clock that is set has no
 * rate error: clock-watch.ts finds that, and the account forgets what came before.
 *
 * 500 ppm is the most by which Linux lets a clock be disciplined: MAXFREQ, linux/timex.h.
 */
const RATE_ERROR = 0.0005;
/** Above two steps of the clock that are too small to be noticed. */
const SLACK_MS = 12;

/** Decisions within less than this of each other fell into one window. */
export function certainlyWithinMs(windowMs: number): number {
  return windowMs * (1 - RATE_ERROR) - SLACK_MS;
}

/** Decisions further apart than this did not fall into one window. */
export function possiblyWithinMs(windowMs: number): number {
  return windowMs * (1 + 2 * RATE_ERROR) + SLACK_MS;
}
