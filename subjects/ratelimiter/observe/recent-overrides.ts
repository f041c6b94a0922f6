// Overrides in force, or in force until lately. What one did outlasts it: under a shorter window
// a log lost entries that the nodes remember, under a higher limit more was allowed.
import { readValue } from "../../../src/domain/observation.ts";
import type { LimiterObservation, RecentOverride } from "../observation.ts";
import { readAtUs } from "./read-keys.ts";

/** By key. */
export type OverrideMemory = Map<string, Seen>;

interface Seen extends RecentOverride {
  /** By Redis's clock: the last look at it, or the first one without it. */
  readonly atUs: number;
  readonly isGone: boolean;
}

/** Longer than what is compared or counted, and said of it afterwards. */
const KEPT_US = 10_000_000;

/** Adds to `memory` what this look saw, drops what is too long ago, and tells the rest. */
export function noteOverrides(
  memory: OverrideMemory,
  { counters, overrides }: Pick<LimiterObservation, "counters" | "overrides">,
): readonly RecentOverride[] {
  const scan = readValue(counters);
  const found = readValue(overrides);
  if (scan && found) {
    const atUs = readAtUs(scan);
    const keys = new Set(found.items.map(({ key }) => key));
    for (const [key, seen] of memory) {
      // It ended at some time between two looks: not later than now.
      if (!seen.isGone && !keys.has(key)) memory.set(key, { ...seen, atUs, isGone: true });
      else if (atUs - seen.atUs > KEPT_US) memory.delete(key);
    }
    for (const { key, windowMs, endsInMs } of found.items) {
      memory.set(key, { key, windowMs, isBounded: endsInMs !== null, atUs, isGone: false });
    }
  }
  return [...memory.values()].map(({ key, windowMs, isBounded }) => ({ key, windowMs, isBounded }));
}
