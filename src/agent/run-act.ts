// The tool `act`: a named action, on a fresh observation, between its precondition and its
// postcondition.
import type { Action, ActionCall, Check } from "../domain/action.ts";
import { AssertionError, messageOf } from "../domain/errors.ts";
import type { Observation } from "../domain/observation.ts";
import type { SessionContext } from "./context.ts";
import { findCollision } from "./find-collision.ts";
import { beginStep, type Step } from "./journal-step.ts";
import { canSee, lookAt } from "./look.ts";
import { orAbandon } from "./or-abandon.ts";
import { passGuard } from "./pass-guard.ts";
import { failure, lostTicket, type ToolOutcome } from "./tool-outcome.ts";
import type { ActInput } from "./tools.ts";

const POSTCONDITION_POLL_MS = 300;
/** For an action that was told to stop; signals are obeyed within 5 s. */
const GRACE_MS = 2_000;

/** One action on one target. */
interface Deed {
  readonly action: Action;
  readonly call: ActionCall;
}

export async function runAct(
  context: SessionContext,
  input: ActInput & { readonly callId: string },
): Promise<ToolOutcome> {
  const { actions } = context.subject;
  const action = actions.find(({ name }) => name === input.action);
  if (!action) {
    const valid = actions.map(({ name }) => name).join(", ") || "none";
    return failure(`unknown action "${input.action}": one of ${valid}`);
  }
  const deed: Deed = { action, call: { target: input.target, args: input.args } };
  const before = await prepare(context, deed);
  if ("obstacle" in before) return before.obstacle;
  const { targets, ...intent } = intentOf(deed);
  const { callId, reason } = input;
  const passage = await passGuard(context, { ...intent, ...before, callId, reason });
  if (!passage.isAllowed) {
    return failure(`refused by the guard: ${passage.reason}. Nothing was done.`);
  }
  const meanwhile = passage.hasWaited ? await prepare(context, deed) : undefined;
  if (meanwhile && "obstacle" in meanwhile) return meanwhile.obstacle;
  const { operation } = intent;
  const step = await beginStep(context, { kind: "act", operation, targets });
  if (!step) return lostTicket();
  return (
    (await findCollision(context, { ...intent, step })) ?? carryOut(context, { ...deed, step })
  );
}

function intentOf({ action, call }: Deed) {
  const targets = action.touches(call);
  const source = `${action.name} ${call.target}`;
  return {
    action: action.name,
    operation: { action: action.name, ...call },
    targets,
    effects: [{ kind: action.effect, targets, source }],
  };
}

type Prepared = { readonly obstacle: ToolOutcome } | { readonly observation: Observation };

/** A fresh observation on which nothing stands against doing it, or what does. */
async function prepare(context: SessionContext, { action, call }: Deed): Promise<Prepared> {
  const observation = await lookAt(context.subject, context);
  // Starting what is down needs no sight of the others.
  if (!observation || !(canSee(observation) || action.effect === "start")) {
    return { obstacle: failure("the subject cannot be seen at present: nothing was done") };
  }
  if (action.postcondition(observation, call).isMet) {
    return { obstacle: { text: "already in effect, nothing was done", exitCode: 0 } };
  }
  const ready = action.precondition(observation, call);
  if (!ready.isMet) return { obstacle: failure(`nothing was done: ${ready.reason}`) };
  return { observation };
}

async function carryOut(
  context: SessionContext,
  { step, ...deed }: Deed & { readonly step: Step },
): Promise<ToolOutcome> {
  const { clock } = context.agent;
  const startedAtMs = clock.now();
  const attempt = await orAbandon(tryRun(context, deed), {
    signal: context.signal,
    clock,
    graceMs: GRACE_MS,
  });
  // Nobody knows what it did: its step stays "intended", and the next session is told so.
  if (!attempt) return failure("interrupted before it ended: its outcome is unknown");
  const check = attempt.isDone
    ? await awaitPostcondition(context, deed)
    : await checkOnce(context, deed);
  const durationMs = clock.now() - startedAtMs;
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
  { agent, subject, signal }: SessionContext,
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
async function awaitPostcondition(context: SessionContext, deed: Deed): Promise<Check> {
  const { clock } = context.agent;
  const deadlineMs = clock.now() + deed.action.withinMs;
  for (;;) {
    const check = await checkOnce(context, deed);
    if (check.isMet || context.signal.aborted || clock.now() >= deadlineMs) return check;
    await clock.sleep(POSTCONDITION_POLL_MS, context.signal);
  }
}

async function checkOnce(context: SessionContext, { action, call }: Deed): Promise<Check> {
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
  const run = attempt.isDone ? `done: ${attempt.text}` : `failed: ${attempt.text}`;
  const after = check.isMet
    ? `postcondition met after ${seconds} s`
    : `postcondition not met after ${seconds} s: ${check.reason}`;
  const exitCode = attempt.isDone && check.isMet ? 0 : 1;
  return { text: `${run}; ${after}`, exitCode, durationMs };
}
