// Redis that cannot save: where its disk was filled from outside, it is given its room back.
import { diagnose } from "../../../src/runbooks/diagnosis.ts";
import { isDisturbed, relieve } from "../../../src/runbooks/members.ts";
import { change, repairIfViolated, type Seen } from "../../../src/runbooks/repair.ts";
import { type Ending, lookAtMembers, type Steps, tryTwice } from "../../../src/runbooks/steps.ts";

const ADVICE =
  "Look at Redis's log and at the space and rights of its directory; never delete its files.";

export const saveAgain = tryTwice((ticket) => repairIfViolated(ticket, relieveAndSave));

/** Nothing is saved by rote where the cause is not known: it would fail again. */
function* relieveAndSave({ ticket }: Seen): Steps<Ending> {
  const members = yield* lookAtMembers(ticket, "Is anything done to Redis from outside?");
  const struck = (members ?? []).filter(
    (member) => member.name === ticket.entity && isDisturbed(member),
  );
  const relieved = yield* relieve(ticket, struck);
  if (!relieved) return yield* diagnose(ticket, ADVICE);
  if (relieved.outcome !== "fixed") return relieved;
  const saved = yield* change({
    rootCause: relieved.rootCause,
    action: "save_redis",
    target: ticket.entity,
    thought: "It has room again, and refuses writes until a save succeeds: I have it save.",
    reason: "its last save failed for want of room",
  });
  return { ...saved, summary: `${relieved.summary}; ${saved.summary}` };
}
