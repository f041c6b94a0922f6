// What the guard knows of the subject when it decides: who is up, who must not be missing together,
// whom somebody else is working on, and how old that knowledge is.
import type { Observation, ObservedMember, QuorumGroup } from "../../domain/observation.ts";

export interface ClusterModel {
  /** When the last look ended that saw anybody; undefined when there was none. */
  readonly seenAtMs: number | undefined;
  readonly members: readonly Pick<ObservedMember, "name" | "role" | "health" | "startedAtMs">[];
  readonly quorums: readonly QuorumGroup[];
  /** Members that a step of another session is touching now, or whose ticket a person holds. */
  readonly inRepair: readonly string[];
  /** Members that a step has interrupted: how they look says little yet. */
  readonly shaken?: readonly string[];
}

export const UNSEEN_CLUSTER: ClusterModel = {
  seenAtMs: undefined,
  members: [],
  quorums: [],
  inRepair: [],
};

export interface Sighting {
  /** Undefined when there was no look. */
  readonly observation: Observation | undefined;
  /** As the subject says; undefined where it leaves that to the roles. */
  readonly quorums: readonly QuorumGroup[] | undefined;
  readonly inRepair: readonly string[];
  readonly shaken?: readonly string[];
}

/** A look that saw nobody is none. */
export function modelCluster(sighting: Sighting): ClusterModel {
  const { observation, quorums: said, inRepair, shaken = [] } = sighting;
  if (!observation) return { ...UNSEEN_CLUSTER, inRepair, shaken };
  const { members, endedAtMs } = observation;
  const quorums = said ?? majoritiesOf(members);
  const isSeen = members.some(({ health }) => health !== "unknown");
  return { seenAtMs: isSeen ? endedAtMs : undefined, members, quorums, inRepair, shaken };
}

/** Each role keeps more than half of its members. */
function majoritiesOf(
  members: readonly Pick<ObservedMember, "name" | "role">[],
): readonly QuorumGroup[] {
  const roles = new Set(members.map(({ role }) => role));
  return [...roles].map((role) => {
    const names = members.filter((member) => member.role === role).map(({ name }) => name);
    const spare = Math.floor((names.length - 1) / 2);
    return { name: `members of role ${role}`, members: names, spare };
  });
}
