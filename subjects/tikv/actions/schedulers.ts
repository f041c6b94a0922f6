// PD's schedulers: a left-over one taken out, a missing one put back.
import type { ActionCall, Check } from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import { readValue } from "../../../src/domain/observation.ts";
import type { TikvObservation } from "../observation.ts";
import { changePd } from "../pd-change.ts";
import {
  type ActionTools,
  findStore,
  MET,
  notMet,
  storeIdOf,
  type TikvAction,
  textArg,
  unknownStore,
} from "./tools.ts";

const EVICTION = "evict-leader-scheduler";
const WITHIN_MS = 10_000;
const STORE_ARG = { store: `for ${EVICTION}: the member's name of the store` };

export function removeScheduler({ pdUrls, latest }: ActionTools): TikvAction {
  return {
    name: "remove_scheduler",
    describes:
      "Takes a scheduler out of PD that is not one of the defaults, such as an evict-leader " +
      "scheduler that was left behind; with `store`, from that store alone.",
    targets: "a scheduler",
    args: STORE_ARG,
    effect: "configure",
    undo: "add_scheduler with the same target and arguments",
    withinMs: WITHIN_MS,
    touches: storesTouched,
    precondition: checkRemovable,
    postcondition: checkRemoved,
    async run(call, { signal }) {
      const name = schedulerPath(latest(), call);
      return changePd({ urls: pdUrls(), method: "DELETE", path: `/schedulers/${name}`, signal });
    },
  };
}

export function addScheduler({ pdUrls, latest }: ActionTools): TikvAction {
  return {
    name: "add_scheduler",
    describes:
      `Puts a default scheduler back that PD lacks. Also takes ${EVICTION} with \`store\`, to ` +
      "move the leaders off one store.",
    targets: "a scheduler",
    args: STORE_ARG,
    effect: "configure",
    undo: "remove_scheduler with the same target and arguments",
    withinMs: WITHIN_MS,
    touches: storesTouched,
    precondition: checkAddable,
    postcondition: checkAdded,
    async run(call, { signal }) {
      const storeId = idOfStoreArg(latest(), call);
      const store = storeId === undefined ? "" : `,"store_id":${storeId}`;
      const body = `{"name":${JSON.stringify(call.target)}${store}}`;
      return changePd({ urls: pdUrls(), method: "POST", path: "/schedulers", body, signal });
    },
  };
}

function checkRemovable(observation: TikvObservation, call: ActionCall): Check {
  const { declared } = observation;
  if (declared.schedulers.includes(call.target)) {
    return notMet(`${call.target} is one of the default schedulers: it belongs there`);
  }
  return checkStoreArg(observation, call);
}

function checkAddable(observation: TikvObservation, call: ActionCall): Check {
  const { declared, stores, members } = observation;
  if (call.target !== EVICTION) {
    if (declared.schedulers.includes(call.target)) return MET;
    const valid = declared.schedulers.join(", ");
    return notMet(`"${call.target}" is not a default scheduler: one of ${valid}`);
  }
  const store = textArg(call, "store");
  if (store === undefined) return notMet(`${EVICTION} needs a store`);
  const isLast = !stores.some(
    ({ name }) => name !== store && isUp(members, name) && !isEvicted(observation, name),
  );
  if (isLast) return notMet(`no other store could take the leaders of ${store}`);
  return checkStoreArg(observation, call);
}

function checkStoreArg(observation: TikvObservation, call: ActionCall): Check {
  const store = textArg(call, "store");
  if (store === undefined) return MET;
  if (call.target !== EVICTION) return notMet(`${call.target} takes no store`);
  if (storeIdOf(observation, store) !== undefined) return MET;
  if (!findStore(observation, store)) return unknownStore(observation, store);
  return notMet(`PD's entry of ${store} could not be read`);
}

function checkRemoved(observation: TikvObservation, call: ActionCall): Check {
  const presence = presenceOf(observation, call);
  if (presence.state === "unknown") return notMet(presence.reason);
  return presence.isPresent ? notMet(`${call.target} is still there`) : MET;
}

function checkAdded(observation: TikvObservation, call: ActionCall): Check {
  const presence = presenceOf(observation, call);
  if (presence.state === "unknown") return notMet(presence.reason);
  return presence.isPresent ? MET : notMet(`${call.target} is not there`);
}

type Presence =
  | { readonly state: "known"; readonly isPresent: boolean }
  | { readonly state: "unknown"; readonly reason: string };

function presenceOf(observation: TikvObservation, call: ActionCall): Presence {
  const { schedulers } = observation;
  const unknown = (reason: string): Presence => ({ state: "unknown", reason });
  if (schedulers.state === "failed") return unknown(`not to be read: ${schedulers.reason}`);
  const { names, evictedStoreIds } = schedulers.value;
  const store = textArg(call, "store");
  if (store === undefined) return { state: "known", isPresent: names.includes(call.target) };
  const known = checkStoreArg(observation, call);
  if (!known.isMet) return unknown(known.reason);
  if (evictedStoreIds === null) return unknown("which stores are evicted could not be read");
  const isPresent = evictedStoreIds.includes(storeIdOf(observation, store) ?? "");
  return { state: "known", isPresent };
}

function isUp(members: TikvObservation["members"], name: string): boolean {
  return members.some((member) => member.name === name && member.health === "up");
}

function isEvicted(observation: TikvObservation, name: string): boolean {
  const id = storeIdOf(observation, name);
  const evicted = readValue(observation.schedulers)?.evictedStoreIds;
  return id === undefined || !evicted || evicted.includes(id);
}

/** PD takes `evict-leader-scheduler-4` for what the scheduler does to store 4. */
function schedulerPath(observation: TikvObservation | undefined, call: ActionCall): string {
  const storeId = idOfStoreArg(observation, call);
  const name = storeId === undefined ? call.target : `${call.target}-${storeId}`;
  return encodeURIComponent(name);
}

function idOfStoreArg(
  observation: TikvObservation | undefined,
  call: ActionCall,
): string | undefined {
  const store = textArg(call, "store");
  if (store === undefined) return undefined;
  const id = storeIdOf(observation, store);
  if (id !== undefined) return id;
  throw new OperatorError("subject", `${call.target} of ${store}: PD's id of it is not known`);
}

function storesTouched(call: ActionCall): readonly string[] {
  const store = textArg(call, "store");
  return store === undefined ? [] : [store];
}
