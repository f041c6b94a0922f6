// Members brought back: one that is stopped, one that is paused, one that hangs.
import type {
  ActionCall,
  ActionContext,
  Check,
  InterruptedCall,
} from "../../../src/domain/action.ts";
import { OperatorError } from "../../../src/domain/errors.ts";
import { readValue } from "../../../src/domain/observation.ts";
import type { MemberOperation, MemberState } from "../../../src/domain/runtime.ts";
import { noUndo, undoUnneeded } from "../../../src/domain/undo.ts";
import type { LimiterObservation } from "../observation.ts";
import {
  type ActionTools,
  type LimiterAction,
  MET,
  nodeIn,
  notMet,
  requireRuntime,
  unseen,
} from "./tools.ts";

const TARGETS = "a member";
/** What was started is never stopped again: a member that runs has nothing to be taken back. */
const DECLARED = "members are declared to run";
/** For a restart to take effect; one this recent has been done, and another would help no more. */
const RESTART_WITHIN_MS = 45_000;

export function startMember(tools: ActionTools): LimiterAction {
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
    postcondition: checkUp,
    run: ({ target }, context) => operate(context, { target, operation: "start", from: "stopped" }),
  };
}

export function resumeMember(tools: ActionTools): LimiterAction {
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
    postcondition: checkUp,
    run: ({ target }, context) => operate(context, { target, operation: "resume", from: "paused" }),
  };
}

export function restartMember(tools: ActionTools): LimiterAction {
  /** When this action last restarted a member: a start by anybody else is not its effect. */
  const restartedAtMs = new Map<string, number>();
  return {
    name: "restart_member",
    describes:
      "Stops and starts a member that runs and does not serve. Refused for one that serves and " +
      "cannot be spared: Redis, the proxy, and a node while another node is missing.",
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
    postcondition: (observation, call) => {
      const { target } = call;
      const sinceMs = restartedAtMs.get(target);
      if (sinceMs === undefined || observation.startedAtMs - sinceMs > RESTART_WITHIN_MS) {
        return notMet(`${target} was not restarted lately`);
      }
      return checkUp(observation, call);
    },
    tookEffect: checkStartedSince,
    async run({ target }, context) {
      const done = await operate(context, { target, operation: "restart", from: undefined });
      // Only now: what is observed from here on is the new process.
      restartedAtMs.set(target, context.clock.now());
      return done;
    },
  };
}

/** As far as the member says when it started; it may have ended between its stop and its start. */
function checkStartedSince(
  observation: LimiterObservation,
  { call, sinceMs }: InterruptedCall,
): Check {
  const { target } = call;
  const up = checkUp(observation, call);
  if (!up.isMet) return unseen(up.reason);
  const started = startOf(observation, target);
  if (!started) return unseen(`${target} does not say when it started`);
  if (started.earliestMs >= sinceMs) return MET;
  if (started.latestMs < sinceMs) return notMet(`${target} is the process of before`);
  return unseen(`${target} started at about that time`);
}

interface StartTime {
  readonly earliestMs: number;
  readonly latestMs: number;
}

function startOf(observation: LimiterObservation, name: string): StartTime | undefined {
  const { redis, startedAtMs, endedAtMs } = observation;
  const uptimeS = name === "redis" ? readValue(redis.info)?.uptimeS : undefined;
  // Redis counts whole seconds.
  if (uptimeS !== undefined) {
    const [earliestMs, latestMs] = [
      startedAtMs - (uptimeS + 1) * 1_000,
      endedAtMs - uptimeS * 1_000,
    ];
    return { earliestMs, latestMs };
  }
  const health = nodeIn(observation, name)?.health;
  const nodeMs = health && readValue(health)?.startedAtMs;
  return nodeMs === undefined ? undefined : { earliestMs: nodeMs, latestMs: nodeMs };
}

/** The reason not to interrupt a member; undefined when nothing is lost by it. */
export function harmOfInterrupting(
  { members }: LimiterObservation,
  name: string,
): string | undefined {
  const target = members.find((member) => member.name === name);
  // Jobs come back to what they do; a moment without them is nothing.
  if (!target || target.health === "down" || target.role === "jobs") return undefined;
  const peers = members.filter((member) => member.role === target.role && member !== target);
  if (peers.length === 0) return `${name} serves, and there is no other of its kind`;
  const missing = peers.filter(({ health }) => health !== "up");
  if (missing.length === 0) return undefined;
  const others = missing.map((member) => `${member.name} is ${member.health}`).join(", ");
  return `${name} serves and cannot be spared: ${others}`;
}

function memberCheck({ runtime }: ActionTools): LimiterAction["precondition"] {
  return ({ members }, { target }) => {
    if (!runtime) return notMet("the members of this limiter are not run by operator");
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

function checkUp({ members }: LimiterObservation, { target }: ActionCall): Check {
  const member = members.find(({ name }) => name === target);
  if (!member) return notMet(`unknown member "${target}"`);
  return member.health === "up" ? MET : notMet(`${target} is ${member.health}: ${member.detail}`);
}
