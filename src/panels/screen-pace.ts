// So many frames a second and no more: what is asked for meanwhile is one frame, and it does come.
import type { Clock } from "../domain/clock.ts";

/** 13.3 frames/s: below 100 ms from a change to its appearance. */
export const FRAME_MS = 75;
/** After one in which nothing had changed: it cost the terminal nothing. */
const IDLE_MS = 20;

export interface PaceOptions {
  readonly clock: Clock;
  /** Nothing is shown once it is aborted. */
  readonly signal: AbortSignal;
  /** False when nothing had changed. */
  readonly show: () => boolean;
}

export interface Pace {
  /** Shows at once, or as soon as the last frame is old enough. */
  ask(): void;
  /** Shows at once in any case. */
  showNow(): void;
}

export function createPace({ clock, signal, show }: PaceOptions): Pace {
  let nextAtMs = Number.NEGATIVE_INFINITY;
  let isWaiting = false;
  const showNow = () => {
    if (signal.aborted) return;
    const startedAtMs = clock.elapsed();
    nextAtMs = startedAtMs + (show() ? FRAME_MS : IDLE_MS);
  };
  const showLater = async (waitMs: number) => {
    isWaiting = true;
    // The clock may have been set back.
    await clock.sleep(Math.min(waitMs, FRAME_MS), signal);
    isWaiting = false;
    showNow();
  };
  const ask = () => {
    if (isWaiting) return;
    const waitMs = nextAtMs - clock.elapsed();
    if (waitMs > 0) void showLater(waitMs);
    else showNow();
  };
  return { ask, showNow };
}
