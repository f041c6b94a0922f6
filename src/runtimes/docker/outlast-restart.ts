// What an engine's restart interrupts is begun again when the engine is back: operations on members
// change nothing where it is so already, and the restart has ended every container.
import type { Clock } from "../../domain/clock.ts";
import { isEngineAway } from "./engine-failure.ts";

export interface Outlasting {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const RETRY_MS = 1_000;
/** A restart takes seconds; beyond this somebody must start it. */
const PATIENCE_MS = 60_000;

/** Rejects as `work` did last: after a minute without an engine, on abort, and with all else. */
export async function outlastRestart<T>(
  work: () => Promise<T>,
  { clock, signal }: Outlasting,
): Promise<T> {
  const untilMs = clock.now() + PATIENCE_MS;
  for (;;) {
    const attempt = await work().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if ("value" in attempt) return attempt.value;
    const { error } = attempt;
    if (!isEngineAway(error) || signal.aborted || clock.now() >= untilMs) throw error;
    await clock.sleep(RETRY_MS, signal);
  }
}
