// What every action is made of: the ways to reach the cluster, and the two answers of a check.
import type { Action, ActionCall, ActionContext, Check } from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
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

export const MET: Check = { isMet: true };

export function notMet(reason: string): Check {
  return { isMet: false, reason };
}

/** Not met as far as anybody can tell: what it goes by was not read. */
export function unseen(reason: string): Check {
  return { isMet: false, reason, isUnseen: true };
}

export function requireRuntime({ runtime }: ActionContext): Runtime {
  if (runtime) return runtime;
  throw new OperatorError("runtime", "members cannot be handled: no runtime runs them");
}

/** A text argument; undefined when it was not given. */
export function textArg({ args }: ActionCall, name: string): string | undefined {
  const value = args[name];
  return typeof value === "string" && value !== "" ? value : undefined;
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
