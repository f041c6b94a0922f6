// What every action is made of: the ways to reach the limiter, and what is asked of it first.
import {
  type Action,
  type ActionCall,
  type ActionContext,
  type Check,
  MET,
  notMet,
  unseen,
} from "../../../src/domain/action.ts";
import type { Reading } from "../../../src/domain/observation.ts";
import type { Runtime } from "../../../src/domain/runtime.ts";
import type { RedisVisit } from "../change/redis.ts";
import type { LimiterObservation, NodeSighting } from "../observation.ts";
import type { Site } from "../observe/site.ts";

export type LimiterAction = Action<LimiterObservation>;

export interface ActionTools {
  /** Absent where the members are not ours to handle. */
  readonly runtime: Runtime | undefined;
  readonly site: Site;
  /** What was seen last. */
  readonly latest: () => LimiterObservation | undefined;
}

/** What was not read is not met, with the reason. */
export function checkRead<T>(reading: Reading<T>, check: (value: T) => Check): Check {
  return reading.state === "read" ? check(reading.value) : unseen(`not read: ${reading.reason}`);
}

/** For a change that needs Redis to let us in. */
export function checkRedisAnswers({ redis }: LimiterObservation): Check {
  return checkRead(redis.liveness, (value) =>
    value.state === "answers" ? MET : notMet(`Redis does not answer: ${value.reason}`),
  );
}

/** A node whose manage port answers. */
export function checkNode({ nodes }: LimiterObservation, name: string): Check {
  const node = nodes.find((candidate) => candidate.name === name);
  if (!node) {
    const valid = nodes.map((one) => one.name).join(", ");
    return notMet(`unknown node "${name}": one of ${valid}`);
  }
  if (node.manageUrl === null) return notMet(`the manage port of ${name} is not known`);
  return checkRead(node.liveness, (value) =>
    value.state === "answers" ? MET : notMet(`${name} does not answer: ${value.reason}`),
  );
}

export function nodeIn({ nodes }: LimiterObservation, name: string): NodeSighting | undefined {
  return nodes.find((node) => node.name === name);
}

export interface Doing {
  readonly action: string;
  readonly call: ActionCall;
  readonly context: ActionContext;
}

export function visitFor({ site }: ActionTools, { action, call, context }: Doing): RedisVisit {
  return { site, doing: `${action} ${call.target}`, signal: context.signal };
}
