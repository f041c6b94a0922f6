// The end of an attempt that mended nothing: what its ticket's sessions changed is taken back,
// newest first, through the guard. Each step looks first whether its effect is still there, whether
// somebody else has changed the same since, and whether anything has become better with it.
import { unreachable } from "../domain/errors.ts";
import type { JournalEntry } from "../domain/session.ts";
import { callWords } from "../domain/undo.ts";
import type { SessionBase } from "./context.ts";
import { startDeadline } from "./deadline.ts";
import { record, say } from "./record.ts";
import type { SessionOutcome } from "./session-outcome.ts";
import { interruptedOutcome } from "./session-outcome.ts";
import { lastingSteps, stepWords, type UndoableStep, undoableSteps } from "./steps.ts";
import { type TakenBack, takeBack } from "./take-back.ts";

/** The outcome, with what was taken back and what was not: for whoever goes on from there. */
export async function undoAttempt(
  context: SessionBase,
  outcome: SessionOutcome,
): Promise<SessionOutcome> {
  switch (outcome.type) {
    case "over":
    case "abandoned":
      return outcome;
    case "escalated":
    case "released": {
      const { told, isForNow } = await undoAll(context);
      const { agent, lease } = context;
      if (lease.signal.aborted) return interruptedOutcome(agent, lease);
      const detail = [outcome.end.detail, ...told].join("; ");
      const end = { ...outcome.end, detail, ...(isForNow && ({ isUnfinished: true } as const)) };
      return { ...outcome, end };
    }
    default:
      return unreachable(outcome);
  }
}

/**
 * What a session began to take back when it was interrupted, and did not get to: half a way back is
 * no state that anybody wanted. How many steps were looked at.
 */
export async function goOnUndoing(context: SessionBase): Promise<number> {
  const { queue } = context.agent;
  const sessions = await queue.sessionsOf(context.ticket.id);
  const before = sessions.filter(({ id }) => id !== context.session.id);
  const last = before.at(-1);
  const wasInterrupted = last?.stopReason === "lease_lost" || last?.stopReason === "aborted";
  if (!last || !wasInterrupted) return 0;
  const undoing = (await queue.journalOf(last.id)).findLast(({ undoes }) => undoes !== null);
  if (!undoing) return 0;
  const entries = await entriesOf(context);
  const rest = undoableSteps(entries).filter(({ entry }) => entry.id < undoing.id);
  return (await undoSteps(context, rest)).length;
}

export interface UndoReport {
  /** What was taken back, what was not and why, what cannot be. */
  readonly told: readonly string[];
  /** Somebody else may see, or have the time, later. */
  readonly isForNow: boolean;
}

/** Of all sessions of the ticket. */
export async function undoAll(context: SessionBase): Promise<UndoReport> {
  const { agent, ticket } = context;
  const entries = await entriesOf(context);
  const steps = undoableSteps(entries);
  const lasting = describeSome("not to be undone", lastingSteps(entries).map(describeEntry));
  const unsettled = entries.filter((entry) => isUnsettled(context, entry));
  const unseen = describeSome("nobody could see what became of", unsettled.map(describeEntry));
  if (steps.length === 0) {
    return { told: [...unseen, ...lasting], isForNow: unsettled.length > 0 };
  }
  const now = await agent.queue.getTicket(ticket.id);
  if (now?.state === "verifying") {
    const stay = "its changes stay: no verification has refused them";
    return { told: [stay, ...unseen, ...lasting], isForNow: false };
  }
  const ends = await undoSteps({ ...context, signal: context.undoSignal }, steps);
  const undone = ends.filter(({ isUndone }) => isUndone).map(({ step }) => describeEntry(step));
  const kept = ends
    .filter(({ isUndone }) => !isUndone)
    .map(({ step, reason }) => `${describeEntry(step)} (${reason})`);
  const ended = [...describeSome("taken back", undone), ...describeSome("still there", kept)];
  const isForNow = unsettled.length > 0 || ends.some((end) => end.isForNow === true);
  return { told: [...ended, ...unseen, ...lasting], isForNow };
}

/** Its session has ended, and nobody who looked could tell. */
function isUnsettled({ session }: SessionBase, { state, sessionId }: JournalEntry): boolean {
  return state === "intended" && sessionId !== session.id;
}

type UndoEnd = TakenBack & { readonly step: JournalEntry };

/** Bounded: what there is no time for stays, and is on record. */
async function undoSteps(
  context: SessionBase,
  steps: readonly UndoableStep[],
): Promise<readonly UndoEnd[]> {
  const { clock, limits } = context.agent;
  const signal = AbortSignal.any([context.signal, context.lease.signal]);
  using deadline = startDeadline({ clock, durationMs: limits.undoMsMax, signal });
  const bounded = { ...context, signal: deadline.signal };
  const ends: UndoEnd[] = [];
  for (const step of steps) {
    const end = await takeBack(bounded, step);
    if (context.lease.signal.aborted) break;
    await tellEnd(context, { step, end });
    ends.push({ ...end, step: step.entry });
  }
  return ends;
}

async function tellEnd(
  context: SessionBase,
  { step: { entry, back }, end }: { readonly step: UndoableStep; readonly end: TakenBack },
): Promise<void> {
  const what = `step ${entry.id} ${stepWords(entry)}`;
  if (end.isUndone) {
    say(context, `[Undo] ${what}: taken back: ${callWords(back)}`);
    return;
  }
  say(context, `[Undo] ${what}: not taken back: ${end.reason}`);
  const content = { entryId: entry.id, reason: end.reason };
  await record(context, { type: "step_kept", content });
}

async function entriesOf({ agent, ticket }: SessionBase): Promise<readonly JournalEntry[]> {
  const sessions = await agent.queue.sessionsOf(ticket.id);
  const journals = await Promise.all(sessions.map(({ id }) => agent.queue.journalOf(id)));
  return journals.flat();
}

function describeEntry(entry: JournalEntry): string {
  return `step ${entry.id} ${stepWords(entry)}`;
}

function describeSome(what: string, steps: readonly string[]): readonly string[] {
  return steps.length === 0 ? [] : [`${what}: ${steps.join(", ")}`];
}
