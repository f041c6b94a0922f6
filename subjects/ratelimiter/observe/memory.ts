// What an opened limiter remembers from look to look: the connection to Redis, what its canary was
// allowed, the limits of each start of a node, the overrides of late, and when all counters changed
// at once. Nothing of it outlives the process.
import type { ObserveOptions, OpenOptions } from "../../../src/domain/subject.ts";
import type { LimiterObservation } from "../observation.ts";
import type { KnownLimits } from "./ask-nodes.ts";
import { createCanary } from "./canary.ts";
import { upheavalIn } from "./compare-counters.ts";
import { lookAtLimiter } from "./observe.ts";
import type { OverrideMemory } from "./recent-overrides.ts";
import { createRedisDoor } from "./redis-door.ts";
import { type Site, siteOf } from "./site.ts";

export interface Watcher {
  readonly site: Site;
  observe(options: ObserveOptions): Promise<LimiterObservation>;
  /** The last one; undefined before the first. */
  latest(): LimiterObservation | undefined;
}

export function createWatcher({ topology, clock, runtime }: OpenOptions): Watcher {
  const site = siteOf(topology);
  const door = site.redis && createRedisDoor(site.redis);
  const canary = createCanary(site.declared.limits);
  const knownLimits: KnownLimits = new Map();
  const overrideMemory: OverrideMemory = new Map();
  let upheavalUs: number | null = null;
  let latest: LimiterObservation | undefined;
  return {
    site,
    latest: () => latest,
    observe: async ({ probeDeadlineMs, signal }) => {
      const endsAtMs = clock.elapsed() + probeDeadlineMs;
      const context = { clock, signal, endsAtMs, token: site.token };
      const known = { knownLimits, overrideMemory, latest };
      const look = await lookAtLimiter({ context, site, door, canary, runtime, ...known });
      upheavalUs = upheavalIn(look) ?? upheavalUs;
      latest = { ...look, upheavalUs };
      return latest;
    },
  };
}
