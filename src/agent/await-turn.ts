// Before an operation is looked at and asked for: what another session is doing to the same members
// at this moment is waited for. It would be refused for that, though a moment later nothing stands
// against it.
import { type Effect, isMutating } from "../domain/effect.ts";
import { inRepair } from "./ask-guard.ts";
import type { SessionContext } from "./context.ts";
import { findCollision } from "./guard/harm.ts";
import { HOUR_MS } from "./guard/history.ts";
import { say } from "./record.ts";

/** Until nobody is at it, for `turnMsMax` at most: then the guard says what there is to say. */
export async function awaitTurn(
  context: SessionContext,
  effects: readonly Effect[],
): Promise<void> {
  const { agent, progress, signal } = context;
  const { clock, mode, turnMsMax } = agent;
  if (!(turnMsMax > 0) || mode === "observe" || !isMutating(effects)) return;
  const startedAtMs = clock.elapsed();
  const untilMs = startedAtMs + turnMsMax;
  for (let isFirst = true; ; isFirst = false) {
    const busy = await findBusy(context, effects);
    if (busy === undefined || signal.aborted || clock.elapsed() >= untilMs) break;
    if (isFirst) say(context, `[Guard] waiting: another session is at work on ${busy}`);
    await clock.sleep(agent.pollMs, signal);
  }
  progress.waitedMs += clock.elapsed() - startedAtMs;
}

/** Whom sessions are at work on: a person holds a ticket for as long as they like. */
async function findBusy(
  context: SessionContext,
  effects: readonly Effect[],
): Promise<string | undefined> {
  const { agent, subject } = context;
  const query = { subject: subject.name, sinceMs: agent.clock.now() - HOUR_MS };
  const { steps } = await agent.queue.recentSteps(query);
  const busy = [...new Set(inRepair(context, { effects, steps }))];
  return findCollision(effects, { inRepair: busy }) && busy.join(", ");
}
