// Every repair step of the TiKV subject.
import { liftDisturbances } from "../../../src/disturbances/lift.ts";
import { memberActions } from "./members.ts";
import { cancelOffline } from "./offline.ts";
import { transferPdLeader } from "./pd-leader.ts";
import { restoreReplication } from "./replication.ts";
import { addScheduler, removeScheduler } from "./schedulers.ts";
import type { ActionTools, TikvAction } from "./tools.ts";

export function tikvActions(tools: ActionTools): readonly TikvAction[] {
  return [
    ...memberActions(tools),
    liftDisturbances(tools.runtime),
    removeScheduler(tools),
    addScheduler(tools),
    restoreReplication(tools),
    transferPdLeader(tools),
    cancelOffline(tools),
  ];
}
