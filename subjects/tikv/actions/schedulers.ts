// PD's schedulers: a left-over one taken out, a missing one put back.
import {
  type ActionCall,
  type ActionContext,
  type Check,
  MET,
  notMet,
} from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import { readValue } from "../../../src/domain/observation.ts";
import type { Undo } from "../../../src/domain/undo.ts";
import type { TikvObservation } from "../observation.ts";
import { changePd } from "../pd-change.ts";
import {
  checkAdded,
  checkRemoved,
  checkStoreArg,
  EVICTION,
  evictedStores,
  storesFreed,
  storesIn,
} from "./scheduler-presence.ts";
import { type ActionTools, storeIdOf, type TikvAction } from "./tools.ts";

const REMOVE = "remove_scheduler";
const ADD = "add_scheduler";
const WITHIN_MS = 10_000;
const STORE_ARG = {
  store: `for ${EVICTION}: the member's name of the store, or several with commas between`,
};

export function removeScheduler(tools: ActionTools): TikvAction {
  return {
    name: REMOVE,
    describes:
      "Takes a scheduler out of PD that is not one of the defaults, such as an evict-leader " +
      "scheduler that was left behind; with `store`, from that store alone.",
    targets: "a scheduler",
    args: STORE_ARG,
    effect: "configure",
    undo: {
      describes: `${ADD} for the stores that it was there for; there is none of other schedulers`,
      plan: planReturn,
    },
    withinMs: WITHIN_MS,
    touches: (call) => storesFreed(tools.latest(), call),
    precondition: checkRemovable,
    postcondition: checkRemoved,
    run(call, context) {
      const ids = idsFreed(tools, call);
      if (ids.length === 0) return deleteScheduler(tools, call.target, context);
      // PD takes `evict-leader-scheduler-4` for what the scheduler does to store 4.
      return inTurn(ids, (id) => deleteScheduler(tools, `${call.target}-${id}`, context));
    },
  };
}

export function addScheduler(tools: ActionTools): TikvAction {
  return {
    name: ADD,
    describes:
      `Puts a default scheduler back that PD lacks. Also takes ${EVICTION} with \`store\`, to ` +
      "move the leaders off one store.",
    targets: "a scheduler",
    args: STORE_ARG,
    effect: "configure",
    means: "none",
    undo: {
      describes: `${REMOVE} for the stores that it was not there for; none needed of a default one`,
      plan: planRemoval,
    },
    withinMs: WITHIN_MS,
    touches: storesIn,
    precondition: checkAddable,
    postcondition: checkAdded,
    run(call, context) {
      const stores = storesIn(call);
      const name = JSON.stringify(call.target);
      if (stores.length === 0) return postScheduler(tools, `{"name":${name}}`, context);
      return inTurn(stores, (store) => {
        const body = `{"name":${name},"store_id":${idOf(tools, store)}}`;
        return postScheduler(tools, body, context);
      });
    },
  };
}

/** PD does not say how any other scheduler was set up. */
function planReturn(observation: TikvObservation, call: ActionCall): Undo {
  const { target } = call;
  if (target !== EVICTION) {
    return { type: "none", reason: `PD does not say how ${target} was set up` };
  }
  const named = storesIn(call);
  const evicted = evictedStores(observation);
  const taken = evicted?.filter((store) => named.length === 0 || named.includes(store));
  if (!taken || taken.length === 0) {
    return { type: "none", reason: "whose leaders are evicted could not be read" };
  }
  return { type: "call", call: { action: ADD, target, args: { store: taken.join(",") } } };
}

/** An eviction that is left behind keeps a store without leaders for ever. */
function planRemoval(observation: TikvObservation, call: ActionCall): Undo {
  const { target } = call;
  if (target !== EVICTION) return { type: "unneeded", reason: `${target} is there by default` };
  const evicted = evictedStores(observation) ?? [];
  const added = storesIn(call).filter((store) => !evicted.includes(store));
  return { type: "call", call: { action: REMOVE, target, args: { store: added.join(",") } } };
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
  const named = storesIn(call);
  if (named.length === 0) return notMet(`${EVICTION} needs a store`);
  const evicted = evictedStores(observation);
  const isFree = ({ name }: (typeof stores)[number]) =>
    evicted?.includes(name) === false && !named.includes(name) && isUp(members, name);
  if (!stores.some(isFree)) return notMet(`no other store could take the leaders of ${named}`);
  return checkStoreArg(observation, call);
}

function isUp(members: TikvObservation["members"], name: string): boolean {
  return members.some((member) => member.name === name && member.health === "up");
}

function deleteScheduler(
  { pdUrls }: ActionTools,
  name: string,
  { signal }: ActionContext,
): Promise<string> {
  const path = `/schedulers/${encodeURIComponent(name)}`;
  return changePd({ urls: pdUrls(), method: "DELETE", path, signal });
}

function postScheduler(
  { pdUrls }: ActionTools,
  body: string,
  { signal }: ActionContext,
): Promise<string> {
  return changePd({ urls: pdUrls(), method: "POST", path: "/schedulers", body, signal });
}

async function inTurn(
  items: readonly string[],
  change: (item: string) => Promise<string>,
): Promise<string> {
  const said: string[] = [];
  for (const item of items) said.push(await change(item));
  return [...new Set(said)].join("; ");
}

/** The named stores, else those that were seen: one that somebody adds now is left alone. */
function idsFreed(tools: ActionTools, call: ActionCall): readonly string[] {
  const named = storesIn(call).map((store) => idOf(tools, store));
  if (named.length > 0 || call.target !== EVICTION) return named;
  const latest = tools.latest();
  return (latest && readValue(latest.schedulers)?.evictedStoreIds) ?? [];
}

function idOf({ latest }: ActionTools, store: string): string {
  const id = storeIdOf(latest(), store);
  if (id !== undefined) return id;
  throw new OperatorError("subject", `${EVICTION} of ${store}: PD's id of it is not known`);
}
