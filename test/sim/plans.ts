// Who is there, and what the climate is like: drawn once for a run.
import { BLAST_RADIUS } from "../../src/agent/guard/history.ts";
import { CHARACTERS } from "./characters.ts";
import { MEMBERS } from "./cluster.ts";
import type { Dice } from "./dice.ts";
import type { Climate } from "./faults.ts";
import type { AgentPlan, MonitorPlan, Plan } from "./processes.ts";

export const GOOD_AGENT: AgentPlan = {
  name: "good",
  character: "good",
  mode: "execute",
  leaseMs: 8_000,
  onShutdown: "release",
  radius: BLAST_RADIUS,
  forbidden: undefined,
  granted: [],
};

/** So that some tickets lose agent after agent, until a person has them. */
const DOOMED = { character: "doomed", mode: "execute", leaseMs: 3_000 } as const;

export const STEADY_MONITOR: MonitorPlan = { name: "steady", intervalMs: 1_000 };

const TIGHT_RADIUS: AgentPlan["radius"] = {
  ticket: { steps: 3, interruptions: 2 },
  hour: { steps: 40, interruptions: 4 },
};

export function planCrowd(dice: Dice): readonly Plan[] {
  const radius = dice.chance(0.4) ? TIGHT_RADIUS : BLAST_RADIUS;
  const areDoomed = dice.chance(0.1);
  const agents = Array.from({ length: dice.between(1, 3) }, (_, index) => {
    const plan = planAgent(dice, { name: `agent${index + 1}`, radius });
    return areDoomed ? { ...plan, ...DOOMED } : plan;
  });
  const monitors = Array.from({ length: dice.between(1, 2) }, (_, index) => ({
    name: `monitor${index + 1}`,
    intervalMs: dice.pick([500, 1_000, 2_000]),
  }));
  return [...monitors, ...agents];
}

/** All agents of it. */
export function isDoomed(crowd: readonly Plan[]): boolean {
  return crowd.every((plan) => !("character" in plan) || plan.character === "doomed");
}

function planAgent(dice: Dice, fixed: Pick<AgentPlan, "name" | "radius">): AgentPlan {
  return {
    ...fixed,
    character: dice.pick(CHARACTERS),
    mode: dice.pick(["execute", "execute", "execute", "approve", "approve", "observe"]),
    leaseMs: dice.pick([3_000, 5_000, 8_000]),
    onShutdown: dice.pick(["escalate", "release"]),
    forbidden: dice.chance(0.15) ? dice.pick(MEMBERS) : undefined,
    granted: dice.chance(0.2) ? ["start_member"] : [],
  };
}

/** Each trouble is often, seldom or never there. */
export function planClimate(dice: Dice): Climate {
  return {
    memberMs: dice.pick([2_500, 5_000, 9_000]),
    sightMs: dice.pick([0, 6_000, 15_000]),
    storeMs: dice.pick([0, 0, 8_000, 20_000]),
    deathMs: dice.pick([0, 6_000, 15_000]),
    jumpMs: dice.pick([0, 0, 0, 9_000]),
    deathAfterCall: dice.pick([0, 0, 0.003, 0.01]),
  };
}
