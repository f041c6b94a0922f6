// Asks the guard about one operation, and writes down what it said.
import { isMutating } from "../domain/effect.ts";
import type { JsonObject } from "../domain/json.ts";
import { type Undo, undoWords } from "../domain/undo.ts";
import { type AskedOperation, askGuard, type Judgement } from "./ask-guard.ts";
import type { SessionBase } from "./context.ts";
import { record, say } from "./record.ts";

export interface Operation extends AskedOperation {
  readonly callId: string;
  /** Exactly what will run: what a person approves, shown without secrets, is this alone. */
  readonly operation: JsonObject;
  /** Named before it runs: who approves the step approves the way back as well. */
  readonly undo: Undo;
  readonly reason: string;
}

/** On record, and said aloud for what mutates. */
export async function consultGuard(
  context: SessionBase,
  asked: Omit<Operation, "operation" | "reason">,
): Promise<Judgement> {
  const { effects, callId } = asked;
  const judged = await askGuard(context, asked);
  const { decision, reason, rule } = judged;
  const shown = effects.map(({ kind, targets, source }) => ({ kind, targets, source }));
  const undo = isMutating(effects) ? undoWords(asked.undo) : undefined;
  const content = { callId, decision, reason, rule, effects: shown, undo };
  await record(context, { type: "guard_decided", content });
  const back = decision === "deny" ? "" : `; ${undo}`;
  if (isMutating(effects)) say(context, `[Guard] ${decision}: ${reason}${back}`);
  return judged;
}
