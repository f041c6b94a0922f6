// What the invariants of this subject share.

import { readValue } from "../../../src/domain/observation.ts";
import { type Opinion, unknown } from "../../../src/domain/opinion.ts";
import type { Invariant, Judgement } from "../../../src/domain/verdict.ts";
import { CURRENT_SCHEMA } from "../keys.ts";
import type { LimiterObservation } from "../observation.ts";

export type LimiterInvariant = Invariant<LimiterObservation>;

/** Of the parts that are always there, whatever serves as Redis. */
export const REDIS = "redis";

/** What is wrong is wrong at the second look in a row, at one a second. */
export const LIVENESS = { forMs: 500, settleMs: 3_000 } as const;
/** Settles for longer than a window, in which a wrong answer may still be due. */
export const CORRECTNESS = { forMs: 1_500, settleMs: 6_000 } as const;

export function judgeOne(entity: string, opinion: Opinion): readonly Judgement[] {
  return [{ entity, ...opinion }];
}

/**
 * Nothing at all came back from anybody: then it is the way to them that is gone, or our own
 * network, and the silence of each one says nothing.
 */
export function isBlind({ nodes, redis }: LimiterObservation): boolean {
  const redisState = readValue(redis.liveness)?.state;
  const isRedisMute = redisState === undefined || redisState === "silent";
  return isRedisMute && nodes.every(({ liveness }) => isMute(readValue(liveness)?.state));
}

function isMute(state: string | undefined): boolean {
  return state === undefined || state === "silent";
}

export const BLIND = unknown("nothing answers, so the silence of one says nothing");

/** Why no two counts can be compared now; undefined when all nodes count in one place. */
export function countsApart({ nodes }: LimiterObservation): string | undefined {
  const stray = nodes.find(({ health }) => {
    const schema = readValue(health)?.schema;
    return schema !== undefined && schema !== CURRENT_SCHEMA;
  });
  return stray && `${stray.name} counts in keys of another schema`;
}

/** Why nobody can decide by Redis now; undefined when it answers. Other invariants say it. */
export function redisTrouble({ redis }: LimiterObservation): string | undefined {
  const { liveness } = redis;
  if (liveness.state === "failed") return undefined;
  const { value } = liveness;
  return value.state === "answers" ? undefined : `Redis: ${value.reason}`;
}
