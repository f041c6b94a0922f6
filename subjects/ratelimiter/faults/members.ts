// Nodes and Redis killed or paused. Nothing starts them again by itself.
import { readValue } from "../../../src/domain/observation.ts";
import type { LimiterObservation } from "../observation.ts";
import {
  type Blow,
  bringBackFrom,
  type LimiterFault,
  pickOne,
  sparedNodes,
  strikeMembers,
} from "./struck.ts";

const KILL: Blow = { operation: "kill", leaves: "stopped" };
const PAUSE: Blow = { operation: "pause", leaves: "paused" };

export const nodeKill = memberFault({
  name: "node_kill",
  describes: "One node's process is killed. The others go on; its clients get no answer.",
  from: sparedNodes,
  blow: KILL,
  causes: "node_down",
});

export const nodePause = memberFault({
  name: "node_pause",
  describes: "One node's process is paused: it accepts connections and answers nothing.",
  from: sparedNodes,
  blow: PAUSE,
  causes: "node_silent",
});

export const redisKill = memberFault({
  name: "redis_kill",
  describes: "The process of Redis is killed: no node can decide anything.",
  from: nameOfRedis,
  blow: KILL,
  causes: "redis_unreachable",
});

export const redisPause = memberFault({
  name: "redis_pause",
  describes: "The process of Redis is paused: every check waits until its deadline.",
  from: nameOfRedis,
  blow: PAUSE,
  causes: "redis_slow",
});

interface MemberFault {
  readonly name: string;
  readonly describes: string;
  /** Names of those that are well, and of nodes those that can be spared. */
  readonly from: (observation: LimiterObservation, fault: string) => readonly string[];
  readonly blow: Blow;
  /** The invariant that it violates. */
  readonly causes: string;
}

function memberFault({ name, describes, from, blow, causes }: MemberFault): LimiterFault {
  return {
    name,
    describes,
    plan: (observation, random) => ({
      fault: name,
      targets: [pickOne(from(observation, name), { fault: name, random })],
      details: {},
    }),
    inject: (plan, context) => strikeMembers(plan, { ...blow, context }),
    heal: (plan, context) => bringBackFrom(plan, { ...blow, context }),
    expects: ({ targets }) => targets.map((entity) => ({ invariant: causes, entity })),
  };
}

function nameOfRedis({ redis }: LimiterObservation): readonly string[] {
  return readValue(redis.liveness)?.state === "answers" ? ["redis"] : [];
}
