// Pure: how much was surely allowed within one window, judged by when we asked and were answered.

/** One that was allowed; times of one monotonic clock, milliseconds. */
export interface Grant {
  readonly node: string;
  readonly sentMs: number;
  readonly gotMs: number;
}

export interface CountOptions {
  readonly windowMs: number;
  readonly nowMs: number;
}

/** What was found is said again for so long, so that it outlasts the pause between two looks. */
export const SAID_FOR_MS = 2_000;
/** A limiter forgets a grant at the end of its window, by a clock that may run a little faster. */
const MARGIN_MS = 50;

/**
 * The most that fits between the sending of a first one and, within a window of it, the answer to a
 * last one that came not long ago. Redis decided each of them in between: never too many counted.
 */
export function countWithinWindow(
  grants: readonly Grant[],
  { windowMs, nowMs }: CountOptions,
): number {
  let most = 0;
  for (const { sentMs } of grants) {
    const within = grants.filter(
      (other) => other.sentMs >= sentMs && other.gotMs <= sentMs + windowMs - MARGIN_MS,
    );
    const isFresh = within.some(({ gotMs }) => gotMs >= nowMs - SAID_FOR_MS);
    if (isFresh) most = Math.max(most, within.length);
  }
  return most;
}

/** What no window that is still spoken of can hold is dropped. */
export function forgetOld(
  grants: readonly Grant[],
  { windowMs, nowMs }: CountOptions,
): readonly Grant[] {
  return grants.filter(({ sentMs }) => sentMs >= nowMs - windowMs - SAID_FOR_MS);
}
