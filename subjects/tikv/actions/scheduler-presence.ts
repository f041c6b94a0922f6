// Whether a scheduler is there, for certain stores where it is one of stores. Evicting leaders is
// the only such one: PD has it once, with the stores that it empties.
import {
  type ActionCall,
  type Check,
  MET,
  notMet,
  textArg,
  unseen,
} from "../../../src/domain/action.ts";
import { readValue } from "../../../src/domain/observation.ts";
import type { TikvObservation } from "../observation.ts";
import { findStore, storeIdOf, unknownStore } from "./tools.ts";

export const EVICTION = "evict-leader-scheduler";

/** Names of members, from the argument `store`; empty when it was not given. */
export function storesIn(call: ActionCall): readonly string[] {
  const names = (textArg(call, "store") ?? "").split(",").map((name) => name.trim());
  return names.filter((name) => name !== "");
}

/**
 * Whose leaders may come back: the named, else all that it was there for when it was seen last.
 * Empty where nobody knows.
 */
export function storesFreed(
  observation: TikvObservation | undefined,
  call: ActionCall,
): readonly string[] {
  const named = storesIn(call);
  if (named.length > 0 || !observation) return named;
  if (call.target === EVICTION) return evictedStores(observation) ?? [];
  const ids = observation.stores.flatMap(({ name }) => {
    const id = storeIdOf(observation, name);
    return id === undefined ? [] : [{ name, id }];
  });
  return ids.filter(({ id }) => call.target === `${EVICTION}-${id}`).map(({ name }) => name);
}

export function checkStoreArg(observation: TikvObservation, call: ActionCall): Check {
  const stores = storesIn(call);
  if (stores.length === 0) return MET;
  if (call.target !== EVICTION) return notMet(`${call.target} takes no store`);
  const unknown = stores.find((store) => storeIdOf(observation, store) === undefined);
  if (unknown === undefined) return MET;
  if (!findStore(observation, unknown)) return unknownStore(observation, unknown);
  return unseen(`PD's entry of ${unknown} could not be read`);
}

export function checkRemoved(observation: TikvObservation, call: ActionCall): Check {
  return checkPresence(observation, call, (found) =>
    found.some((isThere) => isThere) ? notMet(`${call.target} is still there`) : MET,
  );
}

export function checkAdded(observation: TikvObservation, call: ActionCall): Check {
  return checkPresence(observation, call, (found) =>
    found.every((isThere) => isThere) ? MET : notMet(`${call.target} is not there`),
  );
}

/** By name; undefined where that could not be read, or PD lists no store with one of the ids. */
export function evictedStores(observation: TikvObservation): readonly string[] | undefined {
  const ids = readValue(observation.schedulers)?.evictedStoreIds;
  const nameOf = (id: string) =>
    observation.stores.find(({ name }) => storeIdOf(observation, name) === id)?.name;
  const names = ids?.map(nameOf);
  return names?.every((name) => name !== undefined) ? names : undefined;
}

/** Of each store that was named, or of the scheduler itself when none was. */
function checkPresence(
  observation: TikvObservation,
  call: ActionCall,
  judge: (found: readonly boolean[]) => Check,
): Check {
  const { schedulers } = observation;
  if (schedulers.state === "failed") return unseen(`not to be read: ${schedulers.reason}`);
  const { names, evictedStoreIds } = schedulers.value;
  const stores = storesIn(call);
  if (stores.length === 0) return judge([names.includes(call.target)]);
  const known = checkStoreArg(observation, call);
  if (!known.isMet) return known;
  if (evictedStoreIds === null) return unseen("which stores are evicted could not be read");
  return judge(
    stores.map((store) => evictedStoreIds.includes(storeIdOf(observation, store) ?? "")),
  );
}
