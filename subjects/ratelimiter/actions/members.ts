// Members brought back: one that is stopped, one that is paused, one that hangs.
import {
  type Membership,
  RESTART_WITHIN_MS,
  restart,
  restartOf,
  resumeMember,
  startMember,
} from "../../../src/actions/members.ts";
import {
  type ActionCall,
  type Check,
  type InterruptedCall,
  MET,
  notMet,
  unseen,
} from "../../../src/domain/action.ts";
import { readValue } from "../../../src/domain/observation.ts";
import { harmOfInterrupting } from "../interrupting.ts";
import type { LimiterObservation } from "../observation.ts";
import { type ActionTools, type LimiterAction, nodeIn } from "./tools.ts";

export function memberActions({ runtime }: ActionTools): readonly LimiterAction[] {
  const membership: Membership<LimiterObservation> = {
    runtime,
    whole: "limiter",
    checkWell: checkUp,
    harmOfInterrupting,
  };
  return [startMember(membership), resumeMember(membership), restartMember(membership)];
}

function restartMember(membership: Membership<LimiterObservation>): LimiterAction {
  /** When this action last restarted a member: a start by anybody else is not its effect. */
  const restartedAtMs = new Map<string, number>();
  return {
    ...restartOf(membership),
    describes:
      "Stops and starts a member that runs and does not serve. Refused for one that serves and " +
      "cannot be spared: Redis, the proxy, and a node while another node is missing.",
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
      const done = await restart(target, context);
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

function checkUp({ members }: LimiterObservation, { target }: ActionCall): Check {
  const member = members.find(({ name }) => name === target);
  if (!member) return notMet(`unknown member "${target}"`);
  return member.health === "up" ? MET : notMet(`${target} is ${member.health}: ${member.detail}`);
}
