// An opened rate limiter: how it is looked at and acted on.
import type { OpenOptions, Subject } from "../../src/domain/subject.ts";
import { limiterActions } from "./actions/all.ts";
import { describeLimiter } from "./describe.ts";
import { limiterInvariants } from "./invariants/all.ts";
import type { LimiterObservation } from "./observation.ts";
import { createWatcher } from "./observe/memory.ts";
import { PRIMER } from "./primer.ts";
import { limiterQuorums } from "./quorums.ts";

export function openRateLimiter(options: OpenOptions): Subject<LimiterObservation> {
  const { runtime } = options;
  const { observe, site, latest } = createWatcher(options);
  return {
    name: "ratelimiter",
    observe,
    invariants: limiterInvariants,
    actions: limiterActions({ runtime, site, latest }),
    runtime,
    quorums: limiterQuorums,
    describe: describeLimiter,
    primer: PRIMER,
  };
}
