// Who asks, how often and in which rhythm. Each tenant makes one of the declared limits matter; the
// crowd of ordinary users is what the rate asks for beside them.
import { DECLARED_LIMITS } from "../declared.ts";
import { declaredRule } from "../service/limits-file.ts";

export interface Tenant {
  readonly name: string;
  /** From one check to the next, in milliseconds at full load. */
  nextGapMs(): number;
  nextKey(): string;
}

export interface TenantOptions {
  /** Of all together. */
  readonly opsPerSecond: number;
  /** Users in the crowd, at most. */
  readonly keys: number;
  /** Yields [0, 1). */
  readonly random: () => number;
}

const SECOND_MS = 1_000;
/** Of what its limit lets through. */
const STEADY_LOAD = 0.8;
const BURSTY_LOAD = 1.2;
const HOT_LOAD = 1.05;
const BURST_GAP_MS = 5;
/** Longer than the window, so that each burst finds its whole limit. */
const BURST_PERIOD_MS = 6_000;
/** Each check just before the counter would be gone. */
const IDLE_PERIOD_MS = 5_000;
/** Of all checks. */
const MISBEHAVING_SHARE = 0.2;
const BLOCKED_SHARE = 0.02;
/** Well below the default limit. */
const CROWD_USER_PER_SECOND = 2;

/**
 * Steady, bursty, hot and idle are bound to their limits, so they keep their rates however many
 * checks are asked for; where that is too few for them, they share what there is.
 */
export function tenantsOf(options: TenantOptions): readonly Tenant[] {
  const { opsPerSecond, random } = options;
  const bound = {
    steady: STEADY_LOAD * allowedPerSecond("steady"),
    bursty: (burstChecks() * SECOND_MS) / BURST_PERIOD_MS,
    hot: HOT_LOAD * allowedPerSecond("hot"),
    idle: SECOND_MS / IDLE_PERIOD_MS,
  };
  const boundSum = bound.steady + bound.bursty + bound.hot + bound.idle;
  const free = opsPerSecond * (1 - MISBEHAVING_SHARE - BLOCKED_SHARE);
  const thinning = Math.max(1, boundSum / free);
  const crowd = free - boundSum / thinning;
  const evenly = (perSecond: number) => () => SECOND_MS / perSecond;
  const atRandom = (perSecond: number) => () => (-Math.log(1 - random()) * SECOND_MS) / perSecond;
  return [
    tenant("steady", evenly(bound.steady / thinning)),
    tenant("bursty", inBursts(thinning)),
    tenant("hot", atRandom(bound.hot / thinning)),
    tenant("misbehaving", evenly(MISBEHAVING_SHARE * opsPerSecond)),
    tenant("idle", evenly(bound.idle / thinning)),
    tenant("blocked", evenly(BLOCKED_SHARE * opsPerSecond)),
    ...(crowd > 0 ? [crowdOf(crowd, { ...options, nextGapMs: atRandom(crowd) })] : []),
  ];
}

function allowedPerSecond(key: string): number {
  const { limit, window_ms } = declaredRule(DECLARED_LIMITS, key);
  return (limit * SECOND_MS) / window_ms;
}

function tenant(name: string, nextGapMs: () => number): Tenant {
  return { name, nextGapMs, nextKey: () => name };
}

function burstChecks(): number {
  return Math.ceil(BURSTY_LOAD * declaredRule(DECLARED_LIMITS, "bursty").limit);
}

function inBursts(thinning: number): () => number {
  const checks = burstChecks();
  const pauseMs = BURST_PERIOD_MS * thinning - (checks - 1) * BURST_GAP_MS;
  let place = 0;
  return () => {
    place = (place + 1) % checks;
    return place === 1 ? pauseMs : BURST_GAP_MS;
  };
}

/** One user after the other, each at the same pace. */
function crowdOf(
  perSecond: number,
  { keys, nextGapMs }: TenantOptions & Pick<Tenant, "nextGapMs">,
): Tenant {
  const users = Math.max(1, Math.min(keys, Math.ceil(perSecond / CROWD_USER_PER_SECOND)));
  let turn = 0;
  return {
    name: "crowd",
    nextGapMs,
    nextKey: () => {
      turn = (turn + 1) % users;
      return `user-${turn + 1}`;
    },
  };
}
