// A mutating step in the journal: the intent before it starts, the outcome after it ended.
import { canonicalJson } from "../domain/json.ts";
import type { StepIntent, StepOutcome } from "../domain/ticket-ops.ts";
import type { Undo } from "../domain/undo.ts";
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
  { agent, session, lease }: Pick<SessionContext, "agent" | "session" | "lease">,
  intent: Omit<StepIntent, "sessionId">,
): Promise<Step | undefined> {
  const { redact } = agent;
  const { precondition, effects } = intent;
  const clean: StepIntent = {
    ...intent,
    operation: redactJson(intent.operation, redact),
    ...(precondition && { precondition: redactJson(precondition, redact) }),
    ...(effects && {
      effects: effects.map((effect) => ({ ...effect, source: redact(effect.source) })),
    }),
    sessionId: session.id,
  };
  const begun = await unlessConflict(agent.queue.beginStep(clean));
  if (!begun.isDone) {
    lease.lose(begun.reason);
    return undefined;
  }
  return {
    id: begun.value,
    finish: (outcome) =>
      agent.queue.finishStep(begun.value, { ...outcome, result: redact(outcome.result) }),
  };
}

/** Secrets are never stored, and without them nothing can be put back as it was. */
export function storableUndo({ agent }: Pick<SessionContext, "agent">, undo: Undo): Undo {
  const isClean = canonicalJson(redactJson({ undo }, agent.redact)) === canonicalJson({ undo });
  return isClean ? undo : { type: "none", reason: "what was there holds a secret" };
}
