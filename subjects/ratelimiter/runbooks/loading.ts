// Redis that loads its data is there and refuses everything until it has: nothing helps but time,
// and a restart would begin it anew.
import type { RunbookTicket } from "../../../src/domain/runbook.ts";
import type { Seen } from "../../../src/runbooks/repair.ts";
import {
  cannotFix,
  type Ending,
  lineOf,
  lookAtVerdicts,
  ownVerdict,
  type SeenVerdict,
  type Steps,
} from "../../../src/runbooks/steps.ts";

const ROOT_CAUSE = "Redis loads its data, as after every start, and refuses all until it has.";
const WAIT_S = 30;
/** Each is two turns of the session, which may do all of this twice. */
const LOOKS_MAX = 8;

export function isLoading({ evidence }: SeenVerdict): boolean {
  return evidence.refusal === "loading";
}

/** An ending once it holds or the looks are used up; what is wrong of another kind is seen to. */
export function* waitForLoading(
  { ticket, own }: Seen,
  seeTo: (seen: Seen) => Steps<Ending>,
): Steps<Ending> {
  let reason = own.reason;
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    yield* waitAWhile(reason);
    const verdicts = yield* lookAtVerdicts(ticket, "Has it loaded?");
    const now = ownVerdict(ticket, verdicts);
    if (now?.state === "holds") return hasLoaded(ticket, now);
    if (verdicts && now?.state === "violated" && !isLoading(now)) {
      return yield* seeTo({ ticket, verdicts, own: now });
    }
    reason = now?.reason ?? "the verdicts could not be read";
  }
  const waited = `Waited ${LOOKS_MAX * WAIT_S} s, and at last: ${lineOf(reason)}.`;
  const advice =
    "Do not restart it: it would load from the beginning. See its log for how far it is.";
  return cannotFix({
    rootCause: ROOT_CAUSE,
    summary: `${waited} Nothing was changed. ${advice}`,
  });
}

function* waitAWhile(reason: string): Steps<void> {
  yield {
    tool: "shell",
    thought: `It says: ${lineOf(reason)}. It starts, and whatever is done makes it later: I wait.`,
    command: `sleep ${WAIT_S}`,
    reason: "let it load its data",
  };
}

function hasLoaded({ invariant, entity }: RunbookTicket, { reason }: SeenVerdict): Ending {
  return {
    outcome: "no_action_needed",
    thought: "It has loaded its data, without my doing anything.",
    rootCause: ROOT_CAUSE,
    summary: `${invariant} of ${entity} holds: ${lineOf(reason)}. Nothing was changed.`,
  };
}
