// Which runbook answers which invariant. Those without a repair that is safe by rote only look.
import type { Runbook } from "../../../src/domain/runbook.ts";
import { lookFurther } from "../../../src/runbooks/diagnosis.ts";
import { bringMemberBack } from "../../../src/runbooks/members.ts";
import { restorePdMajority, restoreStoreMajority } from "./majority.ts";
import { reunitePdLeaders } from "./pd-leader.ts";
import {
  addMissingScheduler,
  cancelOffline,
  evenOutLeaders,
  removeEviction,
  restoreReplication,
} from "./settings.ts";

export const tikvRunbooks: Readonly<Record<string, Runbook>> = {
  store_unreachable: bringMemberBack,
  store_down: bringMemberBack,
  pd_member_down: bringMemberBack,
  peers_without_leader: restoreStoreMajority,
  pd_no_leader: restorePdMajority,
  pd_leader_split: reunitePdLeaders,
  pd_member_cut_off: lookFurther(
    "Look at the network between it and the other PD members; one that PD does not list has to " +
      "join again.",
  ),
  limits_changed: lookFurther("Compare its container's bounds with the compose file's."),
  disturbance_left: lookFurther("Look for rules of tc and iptables in its network namespace."),
  store_offline: cancelOffline,
  evict_leader_left: removeEviction,
  schedulers_missing: addMissingScheduler,
  replication_drifted: restoreReplication,
  leader_imbalance: evenOutLeaders,
  low_space: lookFurther("Add space or a store, or move regions away; never delete its files."),
  high_p99_latency: lookFurther(
    "Look for a slow disk, a hot region, or more load than it can take.",
  ),
  region_miss_peer: lookFurther("PD adds replicas by itself where a store has room for them."),
  region_down_peer: lookFurther(
    "Bring the silent store back, or give PD another one to repair on.",
  ),
  cannot_see: lookFurther(
    "Look at the network between here and the cluster, and at PD's own logs.",
  ),
};
