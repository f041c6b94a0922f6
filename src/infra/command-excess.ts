// Looks at what a running command uses, until it is too much.
import type { Clock } from "../domain/clock.ts";
import { usageOf, type Whose } from "./process-session.ts";
import { findExceeded, type ShellBounds } from "./shell-bounds.ts";

/** Between two looks. */
const WATCH_MS = 100;

export interface Watching {
  readonly bounds: ShellBounds;
  readonly clock: Clock;
  /** Aborts when the command has ended. */
  readonly until: AbortSignal;
}

/** In words; undefined when the command ends first. */
export async function awaitExcess(
  whose: Whose,
  { bounds, clock, until }: Watching,
): Promise<string | undefined> {
  for (;;) {
    await clock.sleep(WATCH_MS, until);
    if (until.aborted) return undefined;
    const used = usageOf(whose);
    const excess = used && findExceeded(used, bounds);
    if (excess !== undefined) return excess;
  }
}
