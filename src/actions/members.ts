// Members brought back, the same for every subject: one that is stopped, one that is paused. What a
// restart is made of besides, for subjects to say when one took effect.
import {
  type Action,
  type ActionCall,
  type ActionContext,
  type Check,
  MET,
  notMet,
} from "../domain/action.ts";
import { OperatorError } from "../domain/errors.ts";
import type { Observation } from "../domain/observation.ts";
import type { MemberOperation, MemberState, Runtime } from "../domain/runtime.ts";
import { noUndo, undoUnneeded } from "../domain/undo.ts";

/** For a restart to take effect; one this recent has been done, and another would help no more. */
export const RESTART_WITHIN_MS = 45_000;

/** What was started is never stopped again: a member that runs has nothing to be taken back. */
const DECLARED = "members are declared to run";

export interface Membership<O extends Observation> {
  /** Absent where the members are not ours to handle. */
  readonly runtime: Runtime | undefined;
  /** What they are members of: "cluster". */
  readonly whole: string;
  /** Whether the member does what it is for. */
  checkWell(observation: O, call: ActionCall): Check;
  /** The reason not to interrupt a member; undefined when nothing is lost by it. */
  harmOfInterrupting(observation: O, name: string): string | undefined;
}

export function startMember<O extends Observation>(membership: Membership<O>): Action<O> {
  return {
    ...onMember(membership),
    name: "start_member",
    describes: "Starts a stopped member with its own data. Helps when its process is gone.",
    effect: "start",
    undo: undoUnneeded(DECLARED),
    withinMs: 30_000,
    postcondition: membership.checkWell,
    run: ({ target }, context) => operate(context, { target, operation: "start", from: "stopped" }),
  };
}

export function resumeMember<O extends Observation>(membership: Membership<O>): Action<O> {
  return {
    ...onMember(membership),
    name: "resume_member",
    describes: "Lets a paused member go on. Helps when its process is stopped by a signal.",
    effect: "start",
    undo: undoUnneeded(DECLARED),
    withinMs: 15_000,
    postcondition: membership.checkWell,
    run: ({ target }, context) => operate(context, { target, operation: "resume", from: "paused" }),
  };
}

export function restartOf<O extends Observation>(membership: Membership<O>) {
  const { precondition: isKnown, ...parts } = onMember(membership);
  return {
    ...parts,
    name: "restart_member",
    effect: "interrupt",
    starts: true,
    undo: noUndo("an interruption that has been cannot be taken back"),
    withinMs: RESTART_WITHIN_MS,
    precondition: (observation: O, call: ActionCall): Check => {
      const known = isKnown(observation, call);
      if (!known.isMet) return known;
      const harm = membership.harmOfInterrupting(observation, call.target);
      return harm === undefined ? MET : notMet(harm);
    },
  } satisfies Partial<Action<O>>;
}

/** Resolves to a line on what was done. */
export function restart(target: string, context: ActionContext): Promise<string> {
  return operate(context, { target, operation: "restart", from: undefined });
}

function onMember<O extends Observation>({ runtime, whole }: Membership<O>) {
  return {
    targets: "a member",
    args: {},
    touches: ({ target }: ActionCall) => [target],
    precondition: ({ members }: O, { target }: ActionCall): Check => {
      if (!runtime) return notMet(`the members of this ${whole} are not run by operator`);
      if (members.some(({ name }) => name === target)) return MET;
      const valid = members.map(({ name }) => name).join(", ");
      return notMet(`unknown member "${target}": one of ${valid}`);
    },
  } satisfies Partial<Action<O>>;
}

interface MemberChange {
  readonly target: string;
  readonly operation: MemberOperation;
  /** The state that it must be in; any when undefined. */
  readonly from: MemberState | undefined;
}

/** It is brought back only from the state that the action is for: the wrong one names the right. */
async function operate(
  { runtime, signal }: ActionContext,
  { target, operation, from }: MemberChange,
): Promise<string> {
  if (!runtime) {
    throw new OperatorError("runtime", "members cannot be handled: no runtime runs them");
  }
  const before = (await runtime.members()).find(({ name }) => name === target);
  if (from !== undefined && before && before.state !== from) {
    const rightAction = { stopped: "start_member", paused: "resume_member", running: undefined };
    const hint = rightAction[before.state];
    const message = `${operation} ${target}: it is ${before.state}, not ${from}`;
    throw new OperatorError("conflict", message, hint ? { hint: `use ${hint}` } : {});
  }
  const after = await runtime.operate(target, operation, signal);
  return `${target} was ${before?.state ?? "unknown"} and is ${after.state}, process ${after.pid}`;
}
