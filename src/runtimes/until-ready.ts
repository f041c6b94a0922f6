// Waits for a member that was started: for its answer, and once it says that it starts, for longer.
import type { Clock } from "../domain/clock.ts";
import type { ReadyLook } from "./ready-probe.ts";
import { waitUntil } from "./wait-until.ts";

/** A real store opens its files in seconds; on a slow disk in tens of them. */
const READY_WITHIN_MS = 30_000;
/** For one that answers that it reads its data: gigabytes from a slow disk take minutes. */
const STARTING_WITHIN_MS = 180_000;

export interface ReadyWait {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Undefined when it is ready; otherwise why not, for a person. Rejects as `look` does. */
export async function untilReady(
  look: () => Promise<ReadyLook>,
  { clock, signal }: ReadyWait,
): Promise<string | undefined> {
  let last: ReadyLook = { isReady: false, found: "not asked" };
  const isThere = async () => {
    last = await look();
    return last.isReady || last.isStarting === true;
  };
  if (!(await waitUntil(isThere, { withinMs: READY_WITHIN_MS, clock, signal }))) {
    return `no answer in ${READY_WITHIN_MS / 1000} s (${last.found})`;
  }
  if (last.isReady) return undefined;
  const isReady = async () => {
    last = await look();
    return last.isReady;
  };
  if (await waitUntil(isReady, { withinMs: STARTING_WITHIN_MS, clock, signal })) return undefined;
  return `it is there, and has not loaded in ${STARTING_WITHIN_MS / 1000} s (${last.found})`;
}
