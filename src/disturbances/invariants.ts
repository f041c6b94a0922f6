// What is true of members that nobody disturbs from outside. Of what is done to their network
// others tell first, by its symptoms; a bound that was changed may show none before it kills.
import type { DisturbanceType, FoundDisturbance } from "../domain/disturbance.ts";
import type { Observation } from "../domain/observation.ts";
import { holds, judgeEach, judgeRead, violated } from "../domain/opinion.ts";
import type { Invariant, Judgement } from "../domain/verdict.ts";
import { textsOf } from "./look.ts";

const LIMITS: readonly DisturbanceType[] = ["cpu", "memory"];

export const limitsChanged: Invariant = {
  name: "limits_changed",
  describes: "Every member's container has the CPU and memory that are declared for it.",
  severity: "warning",
  // Longer than a change that is made in two steps.
  forMs: 1_500,
  settleMs: 3_000,
  judge: ({ current }) => judgeMembers(current, ({ type }) => LIMITS.includes(type)),
};

export const disturbanceLeft: Invariant = {
  name: "disturbance_left",
  describes: "Nothing is left that delays, drops or bounds what a member sends, or fills its disk.",
  severity: "warning",
  // Long enough that the harm of a harmful one is told first.
  forMs: 60_000,
  settleMs: 3_000,
  judge: ({ current }) => judgeMembers(current, ({ type }) => !LIMITS.includes(type)),
};

/** None where nobody looks. */
function judgeMembers(
  { members, disturbances }: Observation,
  isMeant: (found: FoundDisturbance) => boolean,
): readonly Judgement[] {
  if (!disturbances) return [];
  return judgeEach(members, ({ name }) =>
    judgeRead(disturbances, (found) => {
      const texts = textsOf(found.filter(isMeant), name);
      if (texts.length === 0) return holds("as declared");
      return violated(texts.join(", "), { disturbances: texts });
    }),
  );
}
