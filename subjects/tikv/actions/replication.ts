// Replication settings put back to what was declared.
import type { ActionCall, Check } from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import type { Replication, TikvObservation } from "../observation.ts";
import { changePd } from "../pd-change.ts";
import { type ActionTools, MET, notMet, type TikvAction, textArg } from "./tools.ts";

export function restoreReplication({ pdUrls, latest }: ActionTools): TikvAction {
  return {
    name: "restore_replication",
    describes:
      "Sets max-replicas and location-labels back to their declared values. Where the cluster " +
      "was named by endpoints alone, the arguments say what was declared.",
    targets: "cluster",
    args: {
      max_replicas: "only where no topology declares it: the number, as in the ticket's evidence",
      location_labels: "likewise: comma separated, may be empty",
    },
    effect: "configure",
    undo: "POST /pd/api/v1/config/replicate with the values found before",
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

function checkWanted(observation: TikvObservation, call: ActionCall): Check {
  if (wantedOf(observation, call)) return MET;
  return notMet("no topology declares the replication: give max_replicas and location_labels");
}

function checkRestored(observation: TikvObservation, call: ActionCall): Check {
  const { replication } = observation;
  if (replication.state === "failed") return notMet(`not to be read: ${replication.reason}`);
  const wanted = wantedOf(observation, call);
  const { maxReplicas, locationLabels } = replication.value;
  const isSame = maxReplicas === wanted?.maxReplicas && locationLabels === wanted.locationLabels;
  return isSame ? MET : notMet(`max-replicas ${maxReplicas}, location-labels "${locationLabels}"`);
}

/** A topology's word stands over the caller's; what we found ourselves may be the drift. */
function wantedOf({ declared }: TikvObservation, call: ActionCall): Replication | undefined {
  if (declared.isGiven) return declared.replication ?? undefined;
  const maxReplicas = Number(call.args.max_replicas);
  if (!Number.isInteger(maxReplicas) || maxReplicas < 1) return undefined;
  return { maxReplicas, locationLabels: textArg(call, "location_labels") ?? "" };
}
