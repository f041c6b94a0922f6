// Everything that is true of a well rate limiter.
import { disturbanceLeft, limitsChanged } from "../../../src/disturbances/invariants.ts";
import { cannotSee } from "./blindness.ts";
import { ghostAllowing, ghostDenying, overLimit } from "./canary.ts";
import { counterDrift, immortalCounter, keyLeak } from "./counters.ts";
import { undeclaredJob } from "./jobs.ts";
import type { LimiterInvariant } from "./judge.ts";
import { limitDrift } from "./limits.ts";
import { jobsDown, nodeDown, nodeSilent, proxyDown } from "./liveness.ts";
import {
  checkLatencyHigh,
  checksUndecided,
  clockSkew,
  failOpenInForce,
  schemaDiffers,
} from "./nodes.ts";
import { clientsExhausted, redisSlow, redisUnreachable } from "./redis-answers.ts";
import {
  evictionForgets,
  memoryAtLimit,
  persistenceFailing,
  redisSettingDiffers,
} from "./redis-keeps.ts";

export const limiterInvariants: readonly LimiterInvariant[] = [
  nodeDown,
  nodeSilent,
  proxyDown,
  jobsDown,
  redisUnreachable,
  redisSlow,
  clientsExhausted,
  memoryAtLimit,
  evictionForgets,
  persistenceFailing,
  redisSettingDiffers,
  checkLatencyHigh,
  checksUndecided,
  overLimit,
  ghostAllowing,
  ghostDenying,
  counterDrift,
  limitDrift,
  immortalCounter,
  keyLeak,
  failOpenInForce,
  schemaDiffers,
  clockSkew,
  undeclaredJob,
  limitsChanged,
  disturbanceLeft,
  cannotSee,
];
