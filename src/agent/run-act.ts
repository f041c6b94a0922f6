// The tool `act`: a named action, on a fresh observation, between its precondition and its
// postcondition, with its way back known before it begins.
import { type Check, troubleOfArgs } from "../domain/action.ts";
import { canonicalJson, type JsonObject } from "../domain/json.ts";
import type { Observation } from "../domain/observation.ts";
import type { SeenState } from "../domain/seen-state.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { Undo } from "../domain/undo.ts";
import { type AskedOperation, replacedOn } from "./ask-guard.ts";
import { awaitTurn } from "./await-turn.ts";
import type { SessionContext } from "./context.ts";
import { carryOut, type Deed, intentOf } from "./deed.ts";
import { quoteLine } from "./fence.ts";
import { findCollision } from "./find-collision.ts";
import { beginStep, storableUndo } from "./journal-step.ts";
import { canSee, lookAt } from "./look.ts";
import { passGuard } from "./pass-guard.ts";
import { failure, lostTicket, refusal, type ToolOutcome } from "./tool-outcome.ts";
import type { ActInput } from "./tools.ts";
import { violatedOn } from "./verdicts-now.ts";

export async function runAct(
  context: SessionContext,
  input: ActInput & { readonly callId: string },
): Promise<ToolOutcome> {
  const actions = context.subject.actions.filter(({ isUndoOnly }) => isUndoOnly !== true);
  const action = actions.find(({ name }) => name === input.action);
  if (!action) {
    const valid = actions.map(({ name }) => name).join(", ") || "none";
    return failure(`unknown action "${input.action}": one of ${valid}`);
  }
  const deed: Deed = { action, call: { target: input.target, args: input.args } };
  const misfit = troubleOfArgs(action, deed.call) ?? findUnfounded(deed, context.ticket);
  if (misfit !== undefined) return failure(`nothing was done: ${quoteLine(misfit)}`);
  const { targets, ...intent } = intentOf(deed);
  await awaitTurn(context, intent.effects);
  const before = await prepare(context, deed);
  if ("obstacle" in before) return before.obstacle;
  const { observation, undo } = before;
  const { callId, reason } = input;
  const replaces = context.agent.approvesReplaced ? replacedBy(deed) : undefined;
  const asked = { ...intent, ...(replaces && { replaces }), observation, undo, callId, reason };
  const passage = await passGuard(context, asked);
  if (!passage.isAllowed) {
    return refusal(passage, "Nothing was done.");
  }
  const { approvalId } = passage;
  const approved = { undo, seen: passage.seen, ...(replaces && { replaces }) };
  const ready = passage.hasWaited ? await prepareAgain(context, deed, approved) : before;
  if ("obstacle" in ready) return ready.obstacle;
  const { operation, effects } = intent;
  const { precondition } = ready;
  const known = { ...{ precondition, effects, undo }, ...(approvalId && { approvalId }) };
  const step = await beginStep(context, { kind: "act", operation, targets, ...known });
  if (!step) return lostTicket();
  return (
    (await findCollision(context, { ...intent, step })) ?? carryOut(context, { ...deed, step })
  );
}

/** Why an argument is no more than a model's word; undefined where none is. */
function findUnfounded(
  { action: { evidenced = {} }, call: { args } }: Deed,
  { evidence }: Pick<Ticket, "evidence">,
): string | undefined {
  const stray = Object.entries(evidenced).find(
    ([name, key]) => args[name] !== undefined && `${args[name]}` !== `${evidence[key]}`,
  );
  if (!stray) return undefined;
  const [name, key] = stray;
  return `${name} is what this ticket's evidence says (${key}), or left out`;
}

type Prepared = { readonly obstacle: ToolOutcome } | Ready;

interface Ready {
  readonly observation: Observation;
  readonly undo: Undo;
  /** For the journal: what was checked, and found. */
  readonly precondition: JsonObject;
}

/** A fresh observation on which nothing stands against doing it, or what does. */
async function prepare(context: SessionContext, { action, call }: Deed): Promise<Prepared> {
  const observation = await lookAt(context.subject, context);
  // Starting what is down needs no sight of the others.
  if (!observation || !(canSee(observation) || action.effect === "start")) {
    return { obstacle: failure("the subject cannot be seen at present: nothing was done") };
  }
  const effect = action.postcondition(observation, call);
  if (effect.isMet) {
    return { obstacle: { text: "already in effect, nothing was done", exitCode: 0 } };
  }
  const ready = action.precondition(observation, call);
  if (!ready.isMet) return { obstacle: failure(`nothing was done: ${quoteLine(ready.reason)}`) };
  const undo = storableUndo(context, action.undo.plan(observation, call));
  const found = foundBefore(effect, observation);
  // What could be worse after an undo than before it is asked then.
  const violated = undo.type === "call" ? { violated: violatedOn(context, observation) } : {};
  return { observation, undo, precondition: { ...found, ...violated } };
}

/** After a person was waited for: what they approved must still be what would be done. */
async function prepareAgain(
  context: SessionContext,
  deed: Deed,
  approved: Approved,
): Promise<Prepared> {
  const ready = await prepare(context, deed);
  if ("obstacle" in ready) return ready;
  const isOther = canonicalJson(ready.undo) !== canonicalJson(approved.undo);
  const found = replacedOn(context, approved, ready.observation);
  if (!isOther && found === approved.seen?.replaces) return ready;
  const what = isOther ? "what would take it back" : `what it would replace (now ${found})`;
  const why = `${what} is not what was approved any more`;
  return { obstacle: failure(`nothing was done: ${why}; look, and propose it again`) };
}

interface Approved extends Pick<AskedOperation, "replaces"> {
  readonly undo: Undo;
  readonly seen: SeenState | undefined;
}

/** Of a setting its effect says what is there instead, which somebody may have set meanwhile. */
function replacedBy({
  action,
  call,
}: Deed): ((seen: Observation) => string | undefined) | undefined {
  if (action.effect !== "configure") return undefined;
  return (seen) => {
    const effect = action.postcondition(seen, call);
    return effect.isMet ? undefined : effect.reason;
  };
}

function foundBefore(effect: Check, { endedAtMs }: Observation): JsonObject {
  const found = effect.isMet ? "" : effect.reason;
  return {
    checked: "its precondition is met, its effect is not there",
    found,
    seenAtMs: endedAtMs,
  };
}
