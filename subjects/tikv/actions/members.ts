// Members brought back: one that is stopped, one that is paused, one that hangs.
import {
  type Membership,
  RESTART_WITHIN_MS,
  restart,
  restartOf,
  resumeMember,
  startMember,
} from "../../../src/actions/members.ts";
import { type ActionCall, type Check, MET, notMet, unseen } from "../../../src/domain/action.ts";
import { type Reading, readValue } from "../../../src/domain/observation.ts";
import type { Liveness, TikvObservation } from "../observation.ts";
import { harmOfInterrupting } from "./quorum.ts";
import type { ActionTools, TikvAction } from "./tools.ts";

export function memberActions({ runtime }: ActionTools): readonly TikvAction[] {
  const membership: Membership<TikvObservation> = {
    runtime,
    whole: "cluster",
    checkWell: checkAnswers,
    harmOfInterrupting,
  };
  return [startMember(membership), resumeMember(membership), restartMember(membership)];
}

function restartMember(membership: Membership<TikvObservation>): TikvAction {
  /** When this action last restarted a member: a start by anybody else is not its effect. */
  const restartedAtMs = new Map<string, number>();
  return {
    ...restartOf(membership),
    describes:
      "Stops and starts a member that runs and does not serve. Refused while another member of " +
      "its role is missing and this one still serves.",
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
      return restart(target, context);
    },
  };
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
