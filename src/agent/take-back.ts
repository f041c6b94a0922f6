// One step taken back: by a named action like any other, with a look before, the guard, an intent
// of its own in the journal, and a look after.
import type { GuardDecision } from "../domain/effect.ts";
import type { Observation } from "../domain/observation.ts";
import type { JournalEntry } from "../domain/session.ts";
import { callWords, type Undo } from "../domain/undo.ts";
import { askGuard } from "./ask-guard.ts";
import { consultGuard } from "./consult-guard.ts";
import type { SessionBase } from "./context.ts";
import { carryOut, type Deed, intentOf } from "./deed.ts";
import { beginStep } from "./journal-step.ts";
import { canSee, LOOK_POLL_MS, lookAt } from "./look.ts";
import { callOf, type UndoableStep } from "./steps.ts";
import { type Better, findBetter, type SinceStep, worseForMs } from "./verdicts-now.ts";

export type TakenBack =
  | { readonly isUndone: true; readonly reason?: never; readonly isForNow?: never }
  /** For now, when it was time or sight that was missing. */
  | { readonly isUndone: false; readonly reason: string; readonly isForNow: boolean };

/** Undone once its effect is seen to be gone; otherwise why it is not. */
export async function takeBack(context: SessionBase, step: UndoableStep): Promise<TakenBack> {
  if (context.signal.aborted) return keptForNow("there was no time left");
  const actions = knownActions(context, step);
  if (!actions) return kept("this version does not know its actions");
  const observation = await lookAt(context.subject, context);
  if (!observation || !canSee(observation)) {
    return keptForNow("the subject cannot be seen at present");
  }
  const deed: Deed = { action: actions.back, call: step.back };
  const sight = { observation, deed, step };
  const effect = actions.done.postcondition(observation, step.call);
  if (!effect.isMet) {
    return effect.isUnseen
      ? keptForNow(`nobody can see whether it is in effect: ${effect.reason}`)
      : kept(`it is not in effect: ${effect.reason}`);
  }
  const better = await findBetterSince(context, sight);
  if (better) return better.isUnseen ? keptForNow(better.reason) : kept(better.reason);
  const ready = deed.action.precondition(observation, deed.call);
  if (!ready.isMet) return kept(ready.reason);
  const later = await findLaterChange(context, step);
  return later === undefined ? passAndDo(context, sight) : kept(later);
}

interface Sight {
  readonly observation: Observation;
  readonly deed: Deed;
  readonly step: UndoableStep;
}

/** What may have become better with it; undefined as well when it did harm. */
async function findBetterSince(
  context: SessionBase,
  { observation, step }: Sight,
): Promise<Better | undefined> {
  const { violated } = step.entry.precondition ?? {};
  const names = Array.isArray(violated) ? violated.filter((name) => typeof name === "string") : [];
  const since = { violated: names, targets: step.entry.targets, observation };
  const better = findBetter(context, since);
  return better && !(await staysWorse(context, since)) ? better : undefined;
}

/** There may be other steps, and little time. */
const WORSE_MS_MAX = 3_000;

/** On one look a member may be worse for a moment: it was harmed when that lasts. */
async function staysWorse(context: SessionBase, since: SinceStep): Promise<boolean> {
  const { clock } = context.agent;
  const startedAtMs = clock.elapsed();
  for (let { observation } = since; ; ) {
    const forMs = worseForMs(context, { ...since, observation });
    if (forMs === undefined) return false;
    const lastedMs = clock.elapsed() - startedAtMs;
    if (lastedMs >= Math.min(forMs, WORSE_MS_MAX) || context.signal.aborted) return true;
    await clock.sleep(LOOK_POLL_MS, context.signal);
    const next = await lookAt(context.subject, context);
    if (!next || !canSee(next)) return true;
    observation = next;
  }
}

/** Whoever did the same for another ticket, and left it, meant it: not ours to take away. */
async function findLaterChange(
  { agent, ticket, subject }: SessionBase,
  { entry, call }: UndoableStep,
): Promise<string | undefined> {
  const query = { subject: subject.name, sinceMs: entry.startedAtMs };
  const { steps } = await agent.queue.recentSteps(query);
  const later = steps.find(
    ({ entry: other }) =>
      other.id > entry.id &&
      other.ticketId !== ticket.id &&
      other.operation.action === entry.operation.action &&
      callOf(other.operation)?.target === call.target &&
      other.state !== "undone" &&
      other.undoes === null &&
      other.hasChanged !== false,
  );
  return later && `step ${later.entry.id} of ticket #${later.entry.ticketId} did the same since`;
}

async function passAndDo(context: SessionBase, sight: Sight): Promise<TakenBack> {
  const { observation, deed, step } = sight;
  const { targets, ...intent } = intentOf(deed);
  const undoes = step.entry.id;
  const undo: Undo = { type: "unneeded", reason: `it takes back step ${undoes}` };
  const asked = { ...intent, observation, undo, callId: `undo of step ${undoes}`, isUndo: true };
  const judged = await consultGuard(context, asked);
  const refusal = refusalIn(judged, step.entry);
  if (refusal !== undefined && !(isOfMode(judged) && (await isGranted(context, sight)))) {
    return kept(refusal);
  }
  const { operation, effects } = intent;
  const { approvalId } = step.entry;
  const precondition = {
    checked: `step ${undoes} is still in effect, and nothing has become better with it`,
    seenAtMs: observation.endedAtMs,
  };
  const known = { precondition, effects, undo, undoes, ...(approvalId && { approvalId }) };
  const begun = await beginStep(context, { kind: "act", operation, targets, ...known });
  if (!begun) return kept("the ticket is no longer this session's");
  const { exitCode, text } = await carryOut(context, { ...deed, step: begun });
  return exitCode === 0 ? { isUndone: true } : kept(`${callWords(step.back)}: ${text}`);
}

/** Who approved a step approved its undo, which was named; a refusal stands above that. */
function refusalIn(
  { decision, reason }: GuardDecision,
  { approvalId }: JournalEntry,
): string | undefined {
  if (decision === "allow" || (decision === "ask" && approvalId !== null)) return undefined;
  if (decision === "ask") return `a person must be asked: ${reason}`;
  return `refused by the guard: ${reason}`;
}

/** No rule of a person's own asks: only the mode does. */
function isOfMode({ decision, rule }: GuardDecision): boolean {
  return decision === "ask" && rule === "mode approve";
}

/** Whoever grants an action grants its way back, as who approves one does. */
async function isGranted(context: SessionBase, { observation, step }: Sight): Promise<boolean> {
  const actions = knownActions(context, step);
  if (!actions) return false;
  const { action, effects } = intentOf({ action: actions.done, call: step.call });
  const { decision } = await askGuard(context, { action, effects, observation, isUndo: true });
  return decision === "allow";
}

function knownActions({ subject }: SessionBase, { entry, back }: UndoableStep) {
  const done = subject.actions.find(({ name }) => name === entry.operation.action);
  const action = subject.actions.find(({ name }) => name === back.action);
  return done && action && { done, back: action };
}

function kept(reason: string): TakenBack {
  return { isUndone: false, reason, isForNow: false };
}

function keptForNow(reason: string): TakenBack {
  return { isUndone: false, reason, isForNow: true };
}
