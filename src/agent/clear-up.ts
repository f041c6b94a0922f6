// A session for what others left on a ticket that a person has by now: their agents died, or were
// stopped, before they could look after it. It is settled by looking and taken back as at the end
// of any attempt; no model is asked, nothing is repaired, and the ticket stays with the person.
import { type Beginning, openBase } from "./open-session.ts";
import { interruptedOutcome, type SessionOutcome, unfinished } from "./session-outcome.ts";
import { settleInterrupted } from "./settle.ts";
import { undoAll } from "./undo.ts";

export async function clearUp(claimed: Beginning): Promise<SessionOutcome> {
  const { agent, lease } = claimed;
  const opened = await openBase(claimed);
  if (opened.type === "interrupted") return unfinished(interruptedOutcome(agent, lease));
  if (opened.type === "closed") return leaveToOthers([opened.problem]);
  const { base } = opened;
  await settleInterrupted(base);
  const { told, isForNow } = await undoAll(base);
  if (base.signal.aborted) return unfinished(interruptedOutcome(agent, lease));
  if (isForNow) return leaveToOthers(told);
  const what = told.length === 0 ? "nothing was left to take back" : told.join("; ");
  const detail = `cleared up after that: ${what}`;
  return { type: "escalated", end: { stopReason: "concluded", detail } };
}

/** The store counts how often. */
function leaveToOthers(told: readonly string[]): SessionOutcome {
  return { type: "released", end: { stopReason: "gave_up", detail: told.join("; ") } };
}
