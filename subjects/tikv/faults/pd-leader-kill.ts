// The leader of PD killed. Another member takes over in seconds; the killed one stays away.
import { OperatorError } from "../../../src/domain/errors.ts";
import { readValue } from "../../../src/domain/observation.ts";
import {
  type Blow,
  bringBackFrom,
  sparedMembers,
  strikeMembers,
  type TikvFault,
} from "./struck.ts";

const BLOW: Pick<Blow, "operation" | "leaves"> = { operation: "kill", leaves: "stopped" };

export const pdLeaderKill: TikvFault = {
  name: "pd_leader_kill",
  describes: "The process of PD's leader is killed. Another member leads; one of three is missing.",
  plan(observation) {
    const leader = readValue(observation.leadership)?.leader;
    if (!leader) throw new OperatorError("subject", "plan pd_leader_kill: PD has no known leader");
    const targets = sparedMembers([leader], { fault: "pd_leader_kill", observation });
    return { fault: "pd_leader_kill", targets, details: {} };
  },
  inject: (plan, context) => strikeMembers(plan, { ...BLOW, context }),
  heal: (plan, context) => bringBackFrom(plan, { ...BLOW, context }),
  expects: ({ targets }) => targets.map((entity) => ({ invariant: "pd_member_down", entity })),
};
