// What the guard saw, as an approval is bound to it: sorted, so that the same state is the same
// bytes.
import type { Observation } from "../domain/observation.ts";
import type { SeenState } from "../domain/seen-state.ts";
import type { ClusterModel } from "./guard/cluster.ts";

export function seenState(
  { members, quorums, inRepair }: ClusterModel,
  observation: Observation | undefined,
  replaces?: string,
): SeenState {
  return {
    members: members
      .map(({ name, health }) => ({ name, health }))
      .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    quorums: quorums
      .map((group) => group.members.toSorted())
      .toSorted((one, other) => (one.join() < other.join() ? -1 : 1)),
    inRepair: unique(inRepair),
    disturbances: disturbancesIn(observation?.disturbances),
    ...(replaces !== undefined && { replaces }),
  };
}

function disturbancesIn(found: Observation["disturbances"]): readonly string[] | null {
  if (found?.state === "failed") return null;
  return unique((found?.value ?? []).map(({ member, type }) => `${member}: ${type}`));
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted();
}
