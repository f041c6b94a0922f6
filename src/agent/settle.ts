// Steps that were interrupted by the death of their agent: settled by looking whether they took
// effect, before anything else is done to the subject, and never repeated blindly.
import type { Action, ActionCall, Check } from "../domain/action.ts";
import type { Observation } from "../domain/observation.ts";
import type { JournalEntry } from "../domain/session.ts";
import type { StepSettlement } from "../domain/ticket-ops.ts";
import type { SessionBase } from "./context.ts";
import { canSee, LOOK_POLL_MS, lookAt } from "./look.ts";
import { say } from "./record.ts";
import { callOf, stepWords } from "./steps.ts";

export interface Settling extends Pick<SessionBase, "agent" | "subject" | "signal"> {
  /** Undefined of an agent that has none at present. */
  readonly session?: SessionBase["session"];
}

/** Of whichever ticket of the subject; how many. What cannot be seen at present stays as it is. */
export async function settleInterrupted(context: Settling): Promise<number> {
  const { queue, redact, agentId } = context.agent;
  const { session } = context;
  const by = session ? { sessionId: session.id } : { sessionId: null, agentId };
  let settled = 0;
  for (const entry of await queue.interruptedSteps(context.subject.name)) {
    const found = await lookAfter(context, entry);
    if (!found) continue;
    const reason = redact(found.reason);
    const isOurs = await queue.settleStep(entry.id, { state: found.state, reason, ...by });
    const what = `step ${entry.id} ${stepWords(entry)} was interrupted`;
    if (!isOurs) continue;
    say(context, `[Settle] ${what}: ${found.state.replaceAll("_", " ")}: ${reason}`);
    settled += 1;
  }
  return settled;
}

type Found = Pick<StepSettlement, "state" | "reason">;

/** Undefined when nobody could look. */
async function lookAfter(context: Settling, entry: JournalEntry): Promise<Found | undefined> {
  if (entry.kind === "shell") {
    return { state: "unknown", reason: "nobody can tell by looking what a shell command has done" };
  }
  const { actions } = context.subject;
  const action = actions.find(({ name }) => name === entry.operation.action);
  const call = callOf(entry.operation);
  if (action && call) return awaitEffect(context, { action, call, sinceMs: entry.startedAtMs });
  return { state: "unknown", reason: "this version does not know the action" };
}

interface Interrupted {
  readonly action: Action;
  readonly call: ActionCall;
  readonly sinceMs: number;
}

/** What was begun a moment ago may take effect yet: it has the time of its action. */
async function awaitEffect(context: Settling, step: Interrupted): Promise<Found | undefined> {
  const { clock } = context.agent;
  const { withinMs } = step.action;
  const endsAtMs = clock.elapsed() + withinMs - Math.max(0, clock.now() - step.sinceMs);
  for (;;) {
    const observation = await lookAt(context.subject, context);
    if (!observation || !canSee(observation) || context.signal.aborted) return undefined;
    const check = checkEffect(observation, step);
    if (check.isMet) return { state: "took_effect", reason: "its effect is there" };
    if (clock.elapsed() >= endsAtMs) {
      return { state: check.isUnseen ? "unknown" : "had_no_effect", reason: check.reason };
    }
    await clock.sleep(LOOK_POLL_MS, context.signal);
  }
}

function checkEffect(observation: Observation, { action, ...step }: Interrupted): Check {
  return action.tookEffect?.(observation, step) ?? action.postcondition(observation, step.call);
}
