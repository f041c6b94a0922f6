// Everything that is true of a well TiKV cluster.
import { disturbanceLeft, limitsChanged } from "../../../src/disturbances/invariants.ts";
import { cannotSee } from "./blindness.ts";
import type { TikvInvariant } from "./judge.ts";
import { pdMemberDown, storeUnreachable } from "./liveness.ts";
import { highP99Latency, leaderImbalance } from "./load.ts";
import { pdLeaderSplit, pdMemberCutOff, pdNoLeader } from "./pd-leadership.ts";
import { lowSpace, storeDown, storeOffline } from "./pd-word.ts";
import { peersWithoutLeader, regionDownPeer, regionMissPeer } from "./regions.ts";
import { evictLeaderLeft, replicationDrifted, schedulersMissing } from "./scheduling.ts";

/** `timeScale` divides the times that follow PD's and TiKV's long timers; 1 for real members. */
export function tikvInvariants(timeScale: number): readonly TikvInvariant[] {
  return [
    storeUnreachable,
    pdMemberDown,
    storeDown(timeScale),
    storeOffline,
    lowSpace,
    pdNoLeader(timeScale),
    pdLeaderSplit(timeScale),
    pdMemberCutOff(timeScale),
    peersWithoutLeader(timeScale),
    regionMissPeer(timeScale),
    regionDownPeer(timeScale),
    highP99Latency,
    leaderImbalance(timeScale),
    evictLeaderLeft(timeScale),
    schedulersMissing,
    replicationDrifted,
    limitsChanged,
    disturbanceLeft,
    cannotSee(timeScale),
  ];
}
