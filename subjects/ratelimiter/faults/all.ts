// Every fault of the rate limiter, as `operator fault list` shows them; the first is the one that
// the demo takes by itself.
import { containerFaults } from "./containers.ts";
import { counterDrift } from "./counter-drift.ts";
import { immortalKey } from "./immortal-key.ts";
import { blockingScript, flushall, maxclients } from "./jobs.ts";
import { limitDrift } from "./limit-drift.ts";
import { nodeKill, nodePause, redisKill, redisPause } from "./members.ts";
import { clockSkew, failOpenLeft, staleSchema } from "./node-settings.ts";
import { redisLatency } from "./redis-latency.ts";
import { allkeysLru, maxmemoryNoeviction } from "./redis-settings.ts";
import type { LimiterFault } from "./struck.ts";

/** None heals by itself; settings of Redis last until it is restarted. */
export const limiterFaults: readonly LimiterFault[] = [
  counterDrift,
  limitDrift,
  immortalKey,
  nodeKill,
  nodePause,
  redisKill,
  redisPause,
  redisLatency,
  flushall,
  maxmemoryNoeviction,
  allkeysLru,
  blockingScript,
  maxclients,
  failOpenLeft,
  clockSkew,
  staleSchema,
  ...containerFaults,
];
