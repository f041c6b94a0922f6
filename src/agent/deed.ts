// One named action on one target, from its run to its postcondition: the same for what a model asks
// for and for what takes a step back.
import { type Action, type ActionCall, type Check, effectOfAction } from "../domain/action.ts";
import type { Effect } from "../domain/effect.ts";
import { AssertionError, messageOf } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import type { SessionBase } from "./context.ts";
import { quoteLine } from "./fence.ts";
import type { Step } from "./journal-step.ts";
import { lookAt } from "./look.ts";
import { orAbandon } from "./or-abandon.ts";
import { failure, type ToolOutcome } from "./tool-outcome.ts";

export interface Deed {
  readonly action: Action;
  readonly call: ActionCall;
}

const POSTCONDITION_POLL_MS = 300;
/** For an action that was told to stop; signals are obeyed within 5 s. */
const GRACE_MS = 2_000;

export interface DeedIntent {
  /** The action's name. */
  readonly action: string;
  readonly operation: JsonObject;
  readonly targets: readonly string[];
  readonly effects: readonly Effect[];
}

export function intentOf({ action, call }: Deed): DeedIntent {
  const effect = effectOfAction(action, call);
  return {
    action: action.name,
    operation: { action: action.name, ...call },
    targets: effect.targets,
    effects: [effect],
  };
}

/** Ends its step, unless it was interrupted and nobody knows what it did. Exit code 0: it is so. */
export async function carryOut(
  context: SessionBase,
  { step, ...deed }: Deed & { readonly step: Step },
): Promise<ToolOutcome> {
  const { clock } = context.agent;
  const startedAtMs = clock.elapsed();
  const attempt = await orAbandon(tryRun(context, deed), {
    signal: context.signal,
    clock,
    graceMs: GRACE_MS,
  });
  // Its step stays "intended": the next session looks.
  if (!attempt) return failure("interrupted before it ended: its outcome is unknown");
  const check = attempt.isDone
    ? await awaitPostcondition(context, deed)
    : await checkOnce(context, deed);
  const durationMs = clock.elapsed() - startedAtMs;
  const outcome = describe({ attempt, check, durationMs });
  const state = outcome.exitCode === 0 ? "done" : "failed";
  // What failed half way may have changed something as well.
  await step.finish({ state, result: outcome.text, changed: true });
  return outcome;
}

interface Attempt {
  readonly isDone: boolean;
  /** What was done, or what went wrong. */
  readonly text: string;
}

/** A tool call's error becomes a result that the model reads; a defect of ours does not. */
async function tryRun(
  { agent, subject, signal }: SessionBase,
  { action, call }: Deed,
): Promise<Attempt> {
  try {
    const world = { runtime: subject.runtime, signal, clock: agent.clock };
    return { isDone: true, text: await action.run(call, world) };
  } catch (error) {
    if (error instanceof AssertionError) throw error;
    return { isDone: false, text: messageOf(error) };
  }
}

/** Looks again and again, with fresh observations, until it is met or its time is over. */
async function awaitPostcondition(context: SessionBase, deed: Deed): Promise<Check> {
  const { clock } = context.agent;
  const deadlineMs = clock.elapsed() + deed.action.withinMs;
  for (;;) {
    const check = await checkOnce(context, deed);
    if (check.isMet || context.signal.aborted || clock.elapsed() >= deadlineMs) return check;
    await clock.sleep(POSTCONDITION_POLL_MS, context.signal);
  }
}

async function checkOnce(context: SessionBase, { action, call }: Deed): Promise<Check> {
  const observation = await lookAt(context.subject, context);
  if (observation) return action.postcondition(observation, call);
  return { isMet: false, reason: "the subject could not be observed" };
}

interface DeedEnd {
  readonly attempt: Attempt;
  readonly check: Check;
  readonly durationMs: number;
}

function describe({ attempt, check, durationMs }: DeedEnd): ToolOutcome {
  const seconds = (durationMs / 1000).toFixed(2);
  const run = `${attempt.isDone ? "done" : "failed"}: ${quoteLine(attempt.text)}`;
  const after = check.isMet
    ? `postcondition met after ${seconds} s`
    : `postcondition not met after ${seconds} s: ${quoteLine(check.reason)}`;
  const exitCode = attempt.isDone && check.isMet ? 0 : 1;
  return { text: `${run}; ${after}`, exitCode, durationMs };
}
