// How many stores a cluster keeps when those that are leaving have left.
import { readValue } from "../../../src/domain/observation.ts";
import type { ListedStore, TikvObservation } from "../observation.ts";

/** Undeclared ones too: they hold copies all the same. Undefined where one could not be read. */
export function countStaying({
  stores,
  undeclared,
}: Pick<TikvObservation, "stores" | "undeclared">): number | undefined {
  const others = readValue(undeclared.stores);
  if (!others || stores.some(({ listed }) => listed.state === "failed")) return undefined;
  const listed = stores.flatMap((store) => readValue(store.listed) ?? []);
  return [...listed, ...others].filter(stays).length;
}

/**
 * How many stores the copies need at least. A number that differs from what was declared is drift,
 * and need not last. Undefined where PD's could not be read.
 */
export function countNeeded({
  replication,
  declared,
}: Pick<TikvObservation, "replication" | "declared">): number | undefined {
  const inForce = readValue(replication)?.maxReplicas;
  if (inForce === undefined) return undefined;
  return Math.min(inForce, declared.replication?.maxReplicas ?? inForce);
}

function stays({ stateName }: ListedStore): boolean {
  return stateName !== "Offline" && stateName !== "Tombstone";
}
