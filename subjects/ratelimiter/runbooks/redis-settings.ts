// Settings of Redis put back to what is declared, one by one.
import {
  change,
  changeOrDiagnose,
  repairIfViolated,
  type Seen,
} from "../../../src/runbooks/repair.ts";
import { type Ending, lineOf, type Steps, tryTwice } from "../../../src/runbooks/steps.ts";

export const restoreRedisSetting = tryTwice((ticket) => repairIfViolated(ticket, restoreSetting));
export const keepCounters = tryTwice((ticket) => repairIfViolated(ticket, restorePolicy));
export const makeRoom = tryTwice((ticket) => repairIfViolated(ticket, restoreMemory));

/** For invariants whose entity is the setting. */
function* restoreSetting({ own }: Seen): Steps<Ending> {
  const { found, declared } = own.evidence;
  return yield* change({
    rootCause: `Somebody had set Redis's ${own.entity} to "${found}".`,
    action: "set_redis_setting",
    target: own.entity,
    thought: `Declared is "${declared}": I set it back.`,
    reason: lineOf(own.reason),
  });
}

export function* restorePolicy({ own }: Seen): Steps<Ending> {
  return yield* change({
    rootCause: `Redis was told to evict: ${lineOf(own.reason)}.`,
    action: "set_redis_setting",
    target: "maxmemory-policy",
    thought: "A counter that Redis drops is a limit that is forgotten: it must refuse instead.",
    reason: lineOf(own.reason),
  });
}

/** A bound that was lowered is put back; one that is really reached is for a person. */
function* restoreMemory({ ticket, own }: Seen): Steps<Ending> {
  const { used_memory: used, maxmemory } = own.evidence;
  return yield* changeOrDiagnose(ticket, {
    change: {
      rootCause: `Redis's maxmemory had been set to ${maxmemory} bytes, with ${used} in use.`,
      action: "set_redis_setting",
      target: "maxmemory",
      thought: "Redis refuses every write. Its data is small: I put its declared bound back.",
      reason: lineOf(own.reason),
    },
    advice: "Its bound is the declared one: find what fills it, or give it more; delete nothing.",
  });
}
