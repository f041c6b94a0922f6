// PD's leadership handed to a member that serves. (Region leaders are moved by PD's schedulers.)
import { MET, notMet, unseen } from "../../../src/domain/action.ts";
import { readValue } from "../../../src/domain/observation.ts";
import { undoUnneeded } from "../../../src/domain/undo.ts";
import { changePd } from "../pd-change.ts";
import type { ActionTools, TikvAction } from "./tools.ts";

export function transferPdLeader({ pdUrls }: ActionTools): TikvAction {
  return {
    name: "transfer_pd_leader",
    describes: "Hands PD's leadership to a member. Helps when the leader serves badly.",
    targets: "a PD member that is to lead",
    args: {},
    effect: "configure",
    pauses: true,
    // Who leads now loses it.
    means: "any",
    undo: undoUnneeded("any member may lead, and another change would interrupt PD once more"),
    withinMs: 20_000,
    touches: ({ target }) => [target],
    precondition({ pdMembers }, { target }) {
      const member = pdMembers.find(({ name }) => name === target);
      if (!member) {
        const valid = pdMembers.map(({ name }) => name).join(", ");
        return notMet(`unknown PD member "${target}": one of ${valid}`);
      }
      const isServing = readValue(member.liveness)?.state === "answers";
      if (!isServing) return notMet(`${target} does not answer`);
      const isCutOff = readValue(member.metrics)?.hasEtcdLeader === false;
      return isCutOff ? notMet(`${target} answers, and its peers do not hear it`) : MET;
    },
    postcondition({ leadership }, { target }) {
      if (leadership.state === "failed") return unseen(`not to be read: ${leadership.reason}`);
      const { leader } = leadership.value;
      return leader === target ? MET : notMet(`${leader ?? "nobody"} leads`);
    },
    run({ target }, { signal }) {
      const path = `/leader/transfer/${encodeURIComponent(target)}`;
      return changePd({ urls: pdUrls(), method: "POST", path, signal });
    },
  };
}
