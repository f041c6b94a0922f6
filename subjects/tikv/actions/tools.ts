// What every action is made of: the ways to reach the cluster, and its stores by name.
import { type Action, type Check, notMet } from "../../../src/domain/action.ts";
import { readValue } from "../../../src/domain/observation.ts";
import type { Runtime } from "../../../src/domain/runtime.ts";
import type { StoreSighting, TikvObservation } from "../observation.ts";

export type TikvAction = Action<TikvObservation>;

export interface ActionTools {
  /** Absent where the members are not ours to handle. */
  readonly runtime: Runtime | undefined;
  /** Base URLs of PD, the one most likely to answer first. */
  readonly pdUrls: () => readonly string[];
  /** The observation on which the precondition was checked. */
  readonly latest: () => TikvObservation | undefined;
}

export function findStore(
  observation: TikvObservation | undefined,
  name: string,
): StoreSighting | undefined {
  return observation?.stores.find((store) => store.name === name);
}

/** As PD knows it; undefined when there is no such store or PD's list was not read. */
export function storeIdOf(
  observation: TikvObservation | undefined,
  name: string,
): string | undefined {
  const store = findStore(observation, name);
  return store && readValue(store.listed)?.id;
}

export function unknownStore({ stores }: TikvObservation, name: string): Check {
  return notMet(`unknown store "${name}": one of ${stores.map((store) => store.name).join(", ")}`);
}
