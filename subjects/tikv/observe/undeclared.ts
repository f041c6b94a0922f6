// Whom PD lists and nobody declared, and the other way round: a topology stays as it is, and who
// joined since holds copies and votes all the same; who was taken off votes no more.
import { mapRead } from "../../../src/domain/observation.ts";
import type { Declaration, ListedStore, Undeclared } from "../observation.ts";
import type { ClusterAnswers } from "./ask-cluster.ts";
import { findListed } from "./declaration.ts";

export function findUndeclared(
  { pdMembers, stores }: Declaration,
  { membership, storeList }: Pick<ClusterAnswers, "membership" | "storeList">,
): Undeclared {
  const declaredPds = pdMembers.map(({ name }) => name);
  return {
    unlistedPds: mapRead(membership, ({ members }) =>
      declaredPds.filter((declared) => members.every(({ name }) => name !== declared)),
    ),
    pdMembers: mapRead(membership, ({ members }) =>
      members.map(({ name }) => name).filter((name) => !declaredPds.includes(name)),
    ),
    stores: mapRead(storeList, (list) => {
      const declared = stores.map((store) => findListed(store, list));
      return list.filter((listed) => isHolding(listed) && !declared.includes(listed));
    }),
  };
}

/** Columnar replicas do not vote. */
function isHolding({ stateName, isTiflash }: ListedStore): boolean {
  return stateName !== "Tombstone" && !isTiflash;
}
