// A store that was told to leave, told to stay.
import { type Check, MET, notMet, unseen } from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import { readValue } from "../../../src/domain/observation.ts";
import { noUndo } from "../../../src/domain/undo.ts";
import type { TikvObservation } from "../observation.ts";
import { countNeeded, countStaying } from "../observe/staying.ts";
import { changePd } from "../pd-change.ts";
import { type ActionTools, findStore, storeIdOf, type TikvAction, unknownStore } from "./tools.ts";

export function cancelOffline({ pdUrls, latest }: ActionTools): TikvAction {
  return {
    name: "cancel_offline",
    describes:
      "Sets a store that is Offline back to Up, so that PD stops emptying it. Refused where as " +
      "many stores stay as there are replicas: it can leave, and somebody has told it to.",
    targets: "a store",
    args: {},
    effect: "configure",
    undo: noUndo("no action tells a store to leave: that moves its data away"),
    withinMs: 10_000,
    touches: ({ target }) => [target],
    precondition(observation, { target }) {
      const store = findStore(observation, target);
      if (!store) return unknownStore(observation, target);
      if (store.listed.state === "failed") return notMet(`not to be read: ${store.listed.reason}`);
      const stateName = store.listed.value?.stateName;
      if (stateName === undefined) return notMet(`PD does not list ${target}`);
      return checkEndless(observation, target);
    },
    postcondition(observation, { target }) {
      const store = findStore(observation, target);
      const entry = store && readValue(store.listed);
      if (!entry) return unseen(`PD's entry of ${target} could not be read`);
      return entry.stateName === "Offline" ? notMet(`${target} is Offline`) : MET;
    },
    async run({ target }, { signal }) {
      const id = storeIdOf(latest(), target);
      if (id === undefined) {
        throw new OperatorError("subject", `cancel offline of ${target}: its id is not known`);
      }
      return changePd({
        urls: pdUrls(),
        method: "POST",
        path: `/store/${id}/state?state=Up`,
        signal,
      });
    },
  };
}

/** A removal that can end is somebody's decision. */
function checkEndless(observation: TikvObservation, store: string): Check {
  const staying = countStaying(observation);
  const needed = countNeeded(observation);
  if (staying === undefined || needed === undefined) {
    return unseen("how many stores stay, and how many replicas there are, is not known");
  }
  if (staying < needed) return MET;
  return notMet(`${staying} stores stay for ${needed} replicas: ${store} can leave`);
}
