// Members brought back: one that is stopped, one that is paused, one that hangs.
import type { ActionCall, ActionContext, Check } from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import { type Reading, readValue } from "../../../src/domain/observation.ts";
import type { MemberOperation, MemberState } from "../../../src/domain/runtime.ts";
import { noUndo, undoUnneeded } from "../../../src/domain/undo.ts";
import type { Liveness, TikvObservation } from "../observation.ts";
import { harmOfInterrupting } from "./quorum.ts";
import { type ActionTools, MET, notMet, requireRuntime, type TikvAction, unseen } from "./tools.ts";

const TARGETS = "a member";
/** What was started is never stopped again: a member that runs has nothing to be taken back. */
const DECLARED = "members are declared to run";
/** For a restart to take effect; one this recent has been done, and another would help no more. */
const RESTART_WITHIN_MS = 45_000;

export function startMember(tools: ActionTools): TikvAction {
  return {
    name: "start_member",
    describes: "Starts a stopped member with its own data. Helps when its process is gone.",
    targets: TARGETS,
    args: {},
    effect: "start",
    undo: undoUnneeded(DECLARED),
    withinMs: 30_000,
    touches: ({ target }) => [target],
    precondition: memberCheck(tools),
    postcondition: checkAnswers,
    run: ({ target }, context) => operate(context, { target, operation: "start", from: "stopped" }),
  };
}

export function resumeMember(tools: ActionTools): TikvAction {
  return {
    name: "resume_member",
    describes: "Lets a paused member go on. Helps when its process is stopped by a signal.",
    targets: TARGETS,
    args: {},
    effect: "start",
    undo: undoUnneeded(DECLARED),
    withinMs: 15_000,
    touches: ({ target }) => [target],
    precondition: memberCheck(tools),
    postcondition: checkAnswers,
    run: ({ target }, context) => operate(context, { target, operation: "resume", from: "paused" }),
  };
}

export function restartMember(tools: ActionTools): TikvAction {
  /** When this action last restarted a member: a start by anybody else is not its effect. */
  const restartedAtMs = new Map<string, number>();
  return {
    name: "restart_member",
    describes:
      "Stops and starts a member that runs and does not serve. Refused while another member of " +
      "its role is missing and this one still serves.",
    targets: TARGETS,
    args: {},
    effect: "interrupt",
    undo: noUndo("an interruption that has been cannot be taken back"),
    withinMs: RESTART_WITHIN_MS,
    touches: ({ target }) => [target],
    precondition: (observation, call) => {
      const known = memberCheck(tools)(observation, call);
      if (!known.isMet) return known;
      const harm = harmOfInterrupting(observation, call.target);
      return harm === undefined ? MET : notMet(harm);
    },
    postcondition: (observation, call) =>
      checkRestarted(observation, { call, sinceMs: restartedAtMs.get(call.target) }),
    tookEffect: (observation, { call, sinceMs }) => {
      const living = checkAnswers(observation, call);
      // It may have ended between its stop and its start.
      if (!living.isMet) return unseen(living.reason);
      const startedAtMs = findMember(observation, call.target)?.startedAtMs;
      if (startedAtMs === undefined) return unseen(`${call.target} does not say when it started`);
      return startedAtMs >= sinceMs ? MET : notMet(`${call.target} is the process of before`);
    },
    run: ({ target }, context) => {
      restartedAtMs.set(target, context.clock.now());
      return operate(context, { target, operation: "restart", from: undefined });
    },
  };
}

function memberCheck({ runtime }: ActionTools): TikvAction["precondition"] {
  return ({ members }, { target }) => {
    if (!runtime) return notMet("the members of this cluster are not run by operator");
    if (members.some(({ name }) => name === target)) return MET;
    const valid = members.map(({ name }) => name).join(", ");
    return notMet(`unknown member "${target}": one of ${valid}`);
  };
}

interface MemberChange {
  readonly target: string;
  readonly operation: MemberOperation;
  /** The state that it must be in; any when undefined. */
  readonly from: MemberState | undefined;
}

/** It is brought back only from the state that the action is for: the wrong one names the right. */
async function operate(
  context: ActionContext,
  { target, operation, from }: MemberChange,
): Promise<string> {
  const runtime = requireRuntime(context);
  const before = (await runtime.members()).find(({ name }) => name === target);
  if (from !== undefined && before && before.state !== from) {
    const rightAction = { stopped: "start_member", paused: "resume_member", running: undefined };
    const hint = rightAction[before.state];
    const message = `${operation} ${target}: it is ${before.state}, not ${from}`;
    throw new OperatorError("conflict", message, hint ? { hint: `use ${hint}` } : {});
  }
  const after = await runtime.operate(target, operation, context.signal);
  return `${target} was ${before?.state ?? "unknown"} and is ${after.state}, process ${after.pid}`;
}

function checkAnswers(observation: TikvObservation, { target }: ActionCall): Check {
  const member = findMember(observation, target);
  return member ? answers(target, member.liveness) : notMet(`unknown member "${target}"`);
}

interface Restart {
  readonly call: ActionCall;
  /** Undefined when there was none. */
  readonly sinceMs: number | undefined;
}

function checkRestarted(observation: TikvObservation, { call, sinceMs }: Restart): Check {
  const { target } = call;
  if (sinceMs === undefined || observation.startedAtMs - sinceMs > RESTART_WITHIN_MS) {
    return notMet(`${target} was not restarted lately`);
  }
  const living = checkAnswers(observation, call);
  if (!living.isMet) return living;
  const startedAtMs = findMember(observation, target)?.startedAtMs ?? 0;
  return startedAtMs >= sinceMs ? MET : notMet(`${target} still is the process of before`);
}

interface SeenMember {
  readonly liveness: Reading<Liveness>;
  readonly startedAtMs: number | undefined;
}

function findMember({ pdMembers, stores }: TikvObservation, name: string): SeenMember | undefined {
  const pd = pdMembers.find((member) => member.name === name);
  if (pd) return { liveness: pd.liveness, startedAtMs: readValue(pd.metrics)?.startedAtMs };
  const store = stores.find((member) => member.name === name);
  if (!store) return undefined;
  return { liveness: store.liveness, startedAtMs: readValue(store.metrics)?.startedAtMs };
}

function answers(name: string, liveness: Reading<Liveness>): Check {
  if (liveness.state === "failed") return unseen(`${name} could not be asked: ${liveness.reason}`);
  if (liveness.value.state === "answers") return MET;
  return notMet(`${name} does not answer: ${liveness.value.reason}`);
}
