// A mutating step in the journal: the intent before it starts, the outcome after it ended.
import type { StepIntent, StepOutcome } from "../domain/ticket-ops.ts";
import type { SessionContext } from "./context.ts";
import { redactJson } from "./redact.ts";
import { unlessConflict } from "./unless-conflict.ts";

export interface Step {
  /** Steps are numbered as they begin, whoever begins them. */
  readonly id: number;
  finish(outcome: StepOutcome): Promise<void>;
}

/** Undefined when the ticket is no longer the session's: then nothing may be done. */
export async function beginStep(
  { agent, session, lease }: SessionContext,
  intent: Omit<StepIntent, "sessionId">,
): Promise<Step | undefined> {
  const operation = redactJson(intent.operation, agent.redact);
  const begun = await unlessConflict(
    agent.queue.beginStep({ ...intent, operation, sessionId: session.id }),
  );
  if (!begun.isDone) {
    lease.lose(begun.reason);
    return undefined;
  }
  return {
    id: begun.value,
    finish: (outcome) =>
      agent.queue.finishStep(begun.value, { ...outcome, result: agent.redact(outcome.result) }),
  };
}
