// The leader of PD killed. Another member takes over in seconds; the killed one stays away.
import { OperatorError } from "../../../src/domain/errors.ts";
import { readValue } from "../../../src/domain/observation.ts";
import { bringBack, checkMajority, strikeMembers, type TikvFault } from "./struck.ts";

export const pdLeaderKill: TikvFault = {
  name: "pd_leader_kill",
  describes: "The process of PD's leader is killed. Another member leads; one of three is missing.",
  plan(observation) {
    const leader = readValue(observation.leadership)?.leader;
    if (!leader) throw new OperatorError("subject", "plan pd_leader_kill: PD has no known leader");
    checkMajority(observation, { fault: "pd_leader_kill", role: "pd" });
    return { fault: "pd_leader_kill", targets: [leader], details: {} };
  },
  inject: (plan, context) => strikeMembers(plan, { operation: "kill", leaves: "stopped", context }),
  heal: bringBack,
  expects: ({ targets }) => targets.map((entity) => ({ invariant: "pd_member_down", entity })),
};
