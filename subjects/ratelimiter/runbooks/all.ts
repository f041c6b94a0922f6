// Which runbook answers which invariant. Those without a repair that is safe by rote only look.
import type { Runbook } from "../../../src/domain/runbook.ts";
import { lookFurther } from "../../../src/runbooks/diagnosis.ts";
import { bringMemberBack } from "../../../src/runbooks/members.ts";
import { findWhoAllows, findWhoDenies } from "./canary.ts";
import { dropWhatIsAhead, restoreDeclaredLimit, restoreExpiry } from "./counters.ts";
import { freeClients, freeRedis, removeUndeclared } from "./jobs.ts";
import {
  clearWayToRedis,
  restoreFailClosed,
  restoreNodeClock,
  restoreNodeSchema,
} from "./nodes.ts";
import { saveAgain } from "./persistence.ts";
import { keepCounters, makeRoom, restoreRedisSetting } from "./redis-settings.ts";

export const limiterRunbooks: Readonly<Record<string, Runbook>> = {
  node_down: bringMemberBack,
  node_silent: bringMemberBack,
  proxy_down: bringMemberBack,
  jobs_down: bringMemberBack,
  redis_unreachable: bringMemberBack,
  redis_slow: freeRedis,
  clients_exhausted: freeClients,
  memory_at_limit: makeRoom,
  eviction_forgets: keepCounters,
  redis_setting_differs: restoreRedisSetting,
  check_latency_high: clearWayToRedis,
  checks_undecided: clearWayToRedis,
  over_limit: findWhoAllows,
  ghost_allowing: findWhoAllows,
  ghost_denying: findWhoDenies,
  counter_drift: dropWhatIsAhead,
  limit_drift: restoreDeclaredLimit,
  immortal_counter: restoreExpiry,
  fail_open_in_force: restoreFailClosed,
  schema_differs: restoreNodeSchema,
  clock_skew: restoreNodeClock,
  undeclared_job: removeUndeclared,
  persistence_failing: saveAgain,
  key_leak: lookFurther(
    "Find who writes them, and have them expire there; never delete by pattern.",
  ),
  limits_changed: lookFurther("Compare its container's bounds with the compose file's."),
  disturbance_left: lookFurther("Look for rules of tc and iptables in its network namespace."),
  cannot_see: lookFurther(
    "Look at the way between here and the limiter, and at the members' logs.",
  ),
};
