// Two agents may be allowed at the same moment what only one of them may do. Each writes its intent
// first and looks once more: of those that are under way, the one that began first goes on.
import type { AskedOperation } from "./ask-guard.ts";
import { askGuard } from "./ask-guard.ts";
import type { SessionContext } from "./context.ts";
import type { Step } from "./journal-step.ts";
import { say } from "./record.ts";
import { failure, type ToolOutcome } from "./tool-outcome.ts";

export interface BegunOperation extends Pick<AskedOperation, "effects" | "action"> {
  readonly step: Step;
}

/** The step is over then, and nothing was done; undefined when it may go on. */
export async function findCollision(
  context: SessionContext,
  { effects, action, step }: BegunOperation,
): Promise<ToolOutcome | undefined> {
  // Only what takes members away can be too much together.
  if (!effects.some(({ kind }) => kind === "interrupt")) return undefined;
  const asked = { effects, stepId: step.id, ...(action === undefined ? {} : { action }) };
  const { decision, reason } = await askGuard(context, asked);
  if (decision !== "deny") return undefined;
  say(context, `[Guard] deny: ${reason}`);
  await step.finish({ state: "failed", result: `not begun: ${reason}`, changed: false });
  return failure(`refused by the guard: ${reason}. Nothing was done.`);
}
