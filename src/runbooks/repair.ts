// A repair of what is set wrong: only while it is seen to be wrong, by one named action.
import type { RunbookTicket } from "../domain/runbook.ts";
import {
  type ActWords,
  act,
  cannotFix,
  type Ending,
  fixed,
  lineOf,
  lookAtVerdicts,
  noActionNeeded,
  ownVerdict,
  type SeenVerdict,
  type Steps,
} from "./steps.ts";

export interface Seen {
  readonly ticket: RunbookTicket;
  readonly verdicts: readonly SeenVerdict[];
  /** The ticket's own: violated now. */
  readonly own: SeenVerdict;
}

/** Looks first: only what is violated now is repaired. */
export function* repairIfViolated(
  ticket: RunbookTicket,
  repair: (seen: Seen) => Steps<Ending>,
): Steps<Ending> {
  const verdicts = yield* lookAtVerdicts(ticket, `${lineOf(ticket.reason)}. Is it so now?`);
  const own = ownVerdict(ticket, verdicts);
  if (own?.state === "holds") return noActionNeeded(ticket, own);
  if (verdicts && own?.state === "violated") return yield* repair({ ticket, verdicts, own });
  return cannotFix({
    rootCause: `Not determined: ${lineOf(ticket.reason)}`,
    summary: `Whether it is so now could not be seen: ${lineOf(own?.reason ?? "no verdicts")}.`,
  });
}

/** One action, whose result decides how it ends. */
export function* change(words: ActWords & { readonly rootCause: string }): Steps<Ending> {
  const { rootCause, ...step } = words;
  const result = yield* act(step);
  const summary = `${step.action} ${step.target}: ${lineOf(result.text)}`;
  return result.isError ? cannotFix({ rootCause, summary }) : fixed({ rootCause, summary });
}
