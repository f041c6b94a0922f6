// Replication settings put back to what was declared.
import {
  type ActionCall,
  type Check,
  MET,
  notMet,
  textArg,
  unseen,
} from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import { mapRead, type Reading, readValue } from "../../../src/domain/observation.ts";
import type { Undo } from "../../../src/domain/undo.ts";
import { givesUpLabels } from "../labels.ts";
import type { Replication, TikvObservation } from "../observation.ts";
import { changePd } from "../pd-change.ts";
import type { ActionTools, TikvAction } from "./tools.ts";

const ACTION = "restore_replication";

export function restoreReplication({ pdUrls, latest }: ActionTools): TikvAction {
  return {
    name: ACTION,
    describes:
      "Sets max-replicas and location-labels back to their declared values. Labels by which PD " +
      "isolates copies more than is declared stay. Where the cluster was named by endpoints " +
      "alone, the arguments say what was declared.",
    targets: "cluster",
    args: {
      max_replicas: "only where no topology declares it: the number, as in the ticket's evidence",
      location_labels: "likewise: comma separated; without it those that were found first",
    },
    evidenced: {
      max_replicas: "declared_max_replicas",
      location_labels: "declared_location_labels",
    },
    effect: "configure",
    means: "none",
    undo: {
      describes:
        "restore_replication with the values found before, where no topology declares them and " +
        "they do not mean fewer replicas",
      plan: planUndo,
    },
    withinMs: 10_000,
    touches: () => [],
    precondition: checkWanted,
    postcondition: checkRestored,
    async run(call, { signal }) {
      const observation = latest();
      const wanted = observation && wantedOf(observation, call);
      if (!wanted) throw new OperatorError("subject", "restore replication: nothing was declared");
      const { maxReplicas, locationLabels } = wanted;
      const body = JSON.stringify({
        "max-replicas": maxReplicas,
        "location-labels": locationLabels,
      });
      return changePd({ urls: pdUrls(), method: "POST", path: "/config/replicate", body, signal });
    },
  };
}

function planUndo(observation: TikvObservation, call: ActionCall): Undo {
  const { declared, replication } = observation;
  if (declared.isGiven) return { type: "unneeded", reason: "it leaves what the topology declares" };
  if (replication.state === "failed") return { type: "none", reason: "it was not read before" };
  const { maxReplicas, locationLabels } = replication.value;
  const wanted = wantedOf(observation, call);
  if (wanted && maxReplicas < wanted.maxReplicas) {
    const reason = `PD would give up copies of all data for the ${maxReplicas} of before`;
    return { type: "none", reason };
  }
  if (wanted && givesUpLabels(locationLabels, wanted.locationLabels)) {
    const reason = `PD would isolate copies less, by "${locationLabels}" as before`;
    return { type: "none", reason };
  }
  const args = { max_replicas: maxReplicas, location_labels: locationLabels };
  return { type: "call", call: { action: ACTION, target: call.target, args } };
}

function checkWanted(observation: TikvObservation, call: ActionCall): Check {
  const wanted = wantedOf(observation, call);
  if (!wanted)
    return notMet("no topology declares the replication: give max_replicas and location_labels");
  if (observation.declared.isGiven) return checkSpared(observation, wanted);
  const count = checkCount(observation, wanted);
  return count.isMet ? checkLabels(observation, wanted) : count;
}

/** Of more copies than declared PD gives some up, and nobody says which: all stores must serve. */
function checkSpared(observation: TikvObservation, wanted: Replication): Check {
  const { replication, members } = observation;
  if (replication.state === "failed") return unseen(`not to be read: ${replication.reason}`);
  const { maxReplicas } = replication.value;
  if (wanted.maxReplicas >= maxReplicas) return MET;
  const loss = `PD would give up copies of ${maxReplicas}, and`;
  const missing = members.find(({ role, health }) => role === "tikv" && health !== "up");
  if (missing) return notMet(`${loss} ${missing.name} is ${missing.health}`);
  const states = statesByPd(observation);
  if (states.state === "failed") return unseen(`PD's stores are not read: ${states.reason}`);
  const other = states.value.find(([, stateName]) => stateName !== "Up");
  return other ? notMet(`${loss} ${other[0]} is ${other[1]}`) : MET;
}

/** By name or address, declared or not: PD may not hear whoever answers here, and it decides. */
function statesByPd({
  stores,
  undeclared,
}: TikvObservation): Reading<readonly (readonly [name: string, stateName: string])[]> {
  const states: (readonly [string, string])[] = [];
  for (const { name, listed } of stores) {
    if (listed.state === "failed") return listed;
    states.push([name, listed.value?.stateName ?? "not on PD's list"]);
  }
  return mapRead(undeclared.stores, (others) => [
    ...states,
    ...others.map(({ address, stateName }) => [address, stateName] as const),
  ]);
}

/** The caller's word alone gives up no copies, and asks for none that nobody could hold. */
function checkCount(
  { replication, declared, members }: TikvObservation,
  { maxReplicas }: Replication,
): Check {
  if (replication.state === "failed") return unseen(`not to be read: ${replication.reason}`);
  const known = Math.max(replication.value.maxReplicas, declared.replication?.maxReplicas ?? 0);
  const stores = members.filter(({ role }) => role === "tikv").length;
  if (maxReplicas < known) return notMet(`PD would give up copies: it has been told ${known}`);
  if (maxReplicas > Math.max(known, stores)) return notMet(`there are ${stores} stores`);
  return MET;
}

/** Nor does it take the isolation of copies away, which somebody may have asked for since. */
function checkLabels({ replication }: TikvObservation, { locationLabels }: Replication): Check {
  if (replication.state === "failed") return unseen(`not to be read: ${replication.reason}`);
  const now = replication.value.locationLabels;
  return givesUpLabels(locationLabels, now)
    ? notMet(`PD would isolate copies less: its location-labels are "${now}"`)
    : MET;
}

function checkRestored(observation: TikvObservation, call: ActionCall): Check {
  const { replication } = observation;
  if (replication.state === "failed") return unseen(`not to be read: ${replication.reason}`);
  const wanted = wantedOf(observation, call);
  const { maxReplicas, locationLabels } = replication.value;
  const isSame = maxReplicas === wanted?.maxReplicas && locationLabels === wanted.locationLabels;
  return isSame ? MET : notMet(`max-replicas ${maxReplicas}, location-labels "${locationLabels}"`);
}

/**
 * A topology's word stands over the caller's; what we found ourselves may be the drift. Labels that
 * isolate copies more than was declared are somebody's decision, and stay.
 */
function wantedOf(
  { declared, replication }: TikvObservation,
  call: ActionCall,
): Replication | undefined {
  const known = declared.replication?.locationLabels ?? "";
  const now = readValue(replication)?.locationLabels ?? "";
  const locationLabels = givesUpLabels(known, now) ? now : known;
  if (declared.isGiven)
    return declared.replication ? { ...declared.replication, locationLabels } : undefined;
  const maxReplicas = Number(call.args.max_replicas);
  if (!Number.isInteger(maxReplicas) || maxReplicas < 1) return undefined;
  return { maxReplicas, locationLabels: textArg(call, "location_labels") ?? locationLabels };
}
