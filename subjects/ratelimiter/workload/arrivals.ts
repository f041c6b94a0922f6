// When each check is due, decided in advance: an answer that comes late delays none of those that
// follow, as it would not in reality.
import type { Tenant } from "./tenants.ts";

export interface Arrival {
  readonly key: string;
  /** Since the beginning, in milliseconds. */
  readonly dueMs: number;
}

export interface Arrivals {
  /** The next one, which stays until it is taken. */
  readonly next: Arrival;
  take(): Arrival;
}

/** From nothing to full load, evenly. */
export const RAMP_MS = 3_000;

interface Turn {
  readonly tenant: Tenant;
  /** In the time of full load: see `ramped`. */
  dueMs: number;
}

/** Without end. Times never go back. */
export function createArrivals(tenants: readonly Tenant[]): Arrivals {
  const turns: Turn[] = tenants.map((tenant) => ({ tenant, dueMs: tenant.nextGapMs() }));
  let next = take();

  function take(): Arrival {
    const turn = turns.reduce((first, other) => (other.dueMs < first.dueMs ? other : first));
    const arrival = { key: turn.tenant.nextKey(), dueMs: ramped(turn.dueMs) };
    turn.dueMs += turn.tenant.nextGapMs();
    return arrival;
  }

  return {
    get next() {
      return next;
    },
    take: () => {
      const taken = next;
      next = take();
      return taken;
    },
  };
}

/**
 * When as much is due as at full load since `fullLoadMs`: a rate that grows evenly has reached half
 * of the time times the rate when it is full, so t = sqrt(2·ramp·x) before, and x + ramp/2 after.
 */
function ramped(fullLoadMs: number): number {
  if (fullLoadMs >= RAMP_MS / 2) return fullLoadMs + RAMP_MS / 2;
  return Math.sqrt(2 * RAMP_MS * fullLoadMs);
}
