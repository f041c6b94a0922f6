// Questions to the guard, of which a test says only what it is about; the rest is an ordinary
// moment: everybody up, just seen, mode execute, nothing done before, no policy.
import type { ClusterModel } from "../../src/agent/guard/cluster.ts";
import { modelCluster } from "../../src/agent/guard/cluster.ts";
import { type GuardQuestion, guard } from "../../src/agent/guard/guard.ts";
import { NO_HISTORY } from "../../src/agent/guard/history.ts";
import { NO_POLICY } from "../../src/agent/guard/policy.ts";
import type { GuardDecision } from "../../src/domain/effect.ts";
import type { ObservedMember, QuorumGroup } from "../../src/domain/observation.ts";

export const NOW_MS = 1_700_000_000_000;

type Health = Readonly<Record<string, ObservedMember["health"]>>;

export interface Sight {
  readonly seenAtMs?: number;
  readonly quorums?: readonly QuorumGroup[];
  readonly inRepair?: readonly string[];
  readonly shaken?: readonly string[];
}

/** A member's role is its name without its number. */
export function clusterOf(health: Health, sight: Sight = {}): ClusterModel {
  const { seenAtMs = NOW_MS, quorums, inRepair = [], shaken = [] } = sight;
  const members = Object.entries(health).map(([name, seen]) => ({
    name,
    role: name.replace(/\d/, ""),
    health: seen,
    detail: seen,
  }));
  const times = { startedAtMs: seenAtMs, endedAtMs: seenAtMs };
  return modelCluster({
    observation: { subject: "tikv", ...times, members },
    quorums,
    inRepair,
    shaken,
  });
}

export function decisionOn(
  asked: Pick<GuardQuestion, "effects"> & Partial<GuardQuestion>,
): GuardDecision {
  return guard({
    cluster: clusterOf({ kv1: "up", kv2: "up", kv3: "up" }),
    mode: "execute",
    history: NO_HISTORY,
    policy: NO_POLICY,
    subject: "tikv",
    nowMs: NOW_MS,
    ...asked,
  });
}
