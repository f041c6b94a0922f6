// A repair of what is set wrong: only while it is seen to be wrong, by one named action.
import type { RunbookResult, RunbookTicket } from "../domain/runbook.ts";
import { diagnose } from "./diagnosis.ts";
import {
  type ActWords,
  act,
  cannotFix,
  type Ending,
  fixed,
  lineOf,
  lookAtOwnVerdict,
  noActionNeeded,
  ownVerdict,
  type SeenVerdict,
  type Steps,
} from "./steps.ts";

/** As an action answers whose postcondition was met before it began. */
const ALREADY = "already in effect";
/** As it answers that it was let do it and could not, or could not look. */
const FAILED = /^(?:failed: |the subject cannot be seen at present)/;

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
  const verdicts = yield* lookAtOwnVerdict(ticket, `${lineOf(ticket.reason)}. Is it so now?`);
  const own = ownVerdict(ticket, verdicts);
  if (own?.state === "holds") return noActionNeeded(ticket, own);
  if (verdicts && own?.state === "violated") return yield* repair({ ticket, verdicts, own });
  const ending = cannotFix({
    rootCause: `Not determined: ${lineOf(ticket.reason)}`,
    summary: `Whether it is so now could not be seen: ${lineOf(own?.reason ?? "no verdicts")}`,
  });
  return { ...ending, isMomentary: true };
}

export type Change = ActWords & { readonly rootCause: string };

/** One action, whose result decides how it ends. */
export function* change({ rootCause, ...step }: Change): Steps<Ending> {
  const result = yield* act(step);
  return endingOf({ rootCause, ...step }, result);
}

/** All of them, up to the first that fails. With nothing to change it is looked further. */
export function* changeAll(
  ticket: RunbookTicket,
  { changes, advice }: { readonly changes: readonly Change[]; readonly advice: string },
): Steps<Ending> {
  if (changes.length === 0) return yield* diagnose(ticket, advice);
  const endings: Ending[] = [];
  for (const one of changes) {
    const ending = yield* change(one);
    if (ending.outcome !== "fixed") return ending;
    endings.push(ending);
  }
  return fixed({
    rootCause: endings.map(({ rootCause }) => rootCause).join(" "),
    summary: endings.map(({ summary }) => summary).join("; "),
  });
}

/** Where the action finds its effect there already, the cause is another one: it is looked for. */
export function* changeOrDiagnose(
  ticket: RunbookTicket,
  { change: { rootCause, ...step }, advice }: { readonly change: Change; readonly advice: string },
): Steps<Ending> {
  const result = yield* act(step);
  if (result.text.startsWith(ALREADY)) return yield* diagnose(ticket, advice);
  return endingOf({ rootCause, ...step }, result);
}

function endingOf({ rootCause, action, target }: Change, result: RunbookResult): Ending {
  const summary = `${action} ${target}: ${lineOf(result.text)}`;
  if (!result.isError) return fixed({ rootCause, summary });
  const ending = cannotFix({ rootCause, summary });
  return FAILED.test(result.text) ? { ...ending, isMomentary: true } : ending;
}
