// The pause between two looks. It ends early when the runtime tells of a change: the next look then
// comes at once, and the interval is only how late a change is seen that nobody tells of.
import type { Clock } from "../domain/clock.ts";
import { unreachable } from "../domain/errors.ts";
import type { Runtime, RuntimeEvent } from "../domain/runtime.ts";
import type { MonitorEvent } from "./events.ts";

export interface PauseOptions {
  readonly runtime: Runtime | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly emit: (event: MonitorEvent) => void;
}

export interface Pause {
  /**
   * `firingAtMs` is of the clock that goes on evenly.
   * Resolves after `durationMs`, soon after a change, or when the signal aborts; after a change
   * that was told also at `firingAtMs`, so that what it has broken fires as soon as it may.
   */
  wait(durationMs: number, firingAtMs: number | undefined): Promise<void>;
}

/** One change seldom comes alone; a storm of them must not become one of looks. */
const GATHER_MS = 200;

/** Follows the runtime until the signal aborts. */
export function createPause({ runtime, clock, signal, emit }: PauseOptions): Pause {
  let change = new AbortController();
  let isTold = false;
  let trouble: string | undefined;
  const onEvent = (event: RuntimeEvent) => {
    switch (event.type) {
      case "changed":
        return change.abort();
      case "lost":
        trouble = `changes are seen late: ${event.reason}`;
        return emit({ type: "trouble", atMs: clock.now(), message: trouble });
      case "following":
        if (trouble !== undefined) {
          emit({ type: "recovered", atMs: clock.now(), message: trouble });
        }
        return change.abort();
      default:
        return unreachable(event);
    }
  };
  void runtime?.follow?.({ signal, onEvent });
  return {
    async wait(durationMs, firingAtMs) {
      isTold &&= firingAtMs !== undefined;
      const leftMs = isTold ? (firingAtMs ?? 0) - clock.elapsed() : durationMs;
      const waking = AbortSignal.any([signal, change.signal]);
      await clock.sleep(Math.min(durationMs, leftMs), waking);
      if (!change.signal.aborted) return;
      await clock.sleep(GATHER_MS, signal);
      change = new AbortController();
      isTold = true;
    },
  };
}
