// What clients are told, by one that knows what it must be told. No word of the limiter counts.
import { readValue } from "../../../src/domain/observation.ts";
import { holds, type Opinion, unknown, violated } from "../../../src/domain/opinion.ts";
import type { Judgement } from "../../../src/domain/verdict.ts";
import type { CanaryReading, LimiterObservation } from "../observation.ts";
import { SAID_FOR_MS } from "../observe/canary-count.ts";
import { CORRECTNESS, countsApart, type LimiterInvariant } from "./judge.ts";
import { whoHoldsUp } from "./redis-answers.ts";

/** Of its limit the canary uses a few percent; beyond this others may have used the rest. */
const OWN_SHARE_MAX = 0.5;

export const overLimit: LimiterInvariant = {
  name: "over_limit",
  describes: "Within any window no more is allowed than the limit, over all nodes.",
  severity: "critical",
  ...CORRECTNESS,
  // Longer than one excess is told of: a Redis that lost its counters once is forgiven.
  forMs: SAID_FOR_MS + 500,
  judge: ({ current }) =>
    judgeCanaries(current, ({ limit }) => (limit > 0 ? judgeTotal : undefined)),
};

export const ghostAllowing: LimiterInvariant = {
  name: "ghost_allowing",
  describes: "Nobody is allowed whose limit is 0, or who has used it up at the same node.",
  severity: "critical",
  ...CORRECTNESS,
  judge: ({ current }) =>
    judgeCanaries(current, ({ limit }) => (limit === 0 ? judgeBlocked : judgeSpent)),
};

export const ghostDenying: LimiterInvariant = {
  name: "ghost_denying",
  describes: "Nobody is denied who has used nearly nothing.",
  severity: "critical",
  ...CORRECTNESS,
  judge: ({ current }) =>
    judgeCanaries(current, ({ isAmple }) => (isAmple ? judgeDenied : undefined)),
};

interface CanaryFacts {
  readonly reading: CanaryReading;
  readonly limit: number;
  /** The canary alone never uses it up. */
  readonly isAmple: boolean;
  readonly current: LimiterObservation;
}

type Judge = (facts: CanaryFacts) => Opinion;

const AMPLE_LIMIT_MIN = 100;

const OVERRIDDEN = unknown("its limit is overridden until a stated time, or was lately");

/** Of the keys whose limit is declared: without one nothing is known to be wrong. */
function judgeCanaries(
  current: LimiterObservation,
  choose: (facts: CanaryFacts) => Judge | undefined,
): readonly Judgement[] {
  return current.canary.flatMap((reading) => {
    if (reading.rule === null) return [];
    const { key } = reading;
    const isMeant = current.recentOverrides.some((one) => one.key === key && one.isBounded);
    const { limit } = reading.rule;
    const facts = { reading, limit, isAmple: limit >= AMPLE_LIMIT_MIN, current };
    const judge = choose(facts);
    return judge ? [{ entity: key, ...(isMeant ? OVERRIDDEN : judge(facts)) }] : [];
  });
}

function judgeTotal({ reading, limit, current }: CanaryFacts): Opinion {
  const { allowedInWindow, rule, allowedInWindowBy } = reading;
  const windowMs = rule?.window_ms ?? 0;
  const words = `${allowedInWindow} allowed within ${windowMs} ms, the limit is ${limit}`;
  if (allowedInWindow > limit) {
    const apart = countsApart(current);
    if (apart !== undefined) return unknown(`${words}: ${apart}`);
    return violated(words, {
      allowed: allowedInWindow,
      limit,
      by_node: allowedInWindowBy,
      evicted_keys: readValue(current.redis.info)?.evictedKeys ?? null,
      ...whoHoldsUp(current),
    });
  }
  return isAnswered(reading) ? holds(words) : unknown("no check was answered");
}

function judgeBlocked({ reading, limit }: CanaryFacts): Opinion {
  const { allowedBy, deniedBy } = reading;
  if (allowedBy.length > 0) {
    const reason = `${allowedBy.join(", ")} allowed it although its limit is ${limit}`;
    return violated(reason, { allowed_by: allowedBy, denied_by: deniedBy });
  }
  return isAnswered(reading) ? holds("denied") : unknown("no check was answered");
}

/** Only a node that does so apart from the others: what all of them do is over_limit's matter. */
function judgeSpent({ reading, limit }: CanaryFacts): Opinion {
  const counts = Object.entries(reading.allowedInWindowBy);
  const [first] = counts.filter(([, allowed]) => allowed > limit);
  if (first === undefined) {
    return isAnswered(reading) ? holds("denied once spent") : unknown("no check was answered");
  }
  const [name, allowed] = first;
  const words = `${name} alone allowed ${allowed}, the limit is ${limit}`;
  // Of the total: what each of the others allowed may be too old to be told of one by one.
  const byOthers = reading.allowedInWindow - allowed;
  if (byOthers > limit) return unknown(`${words}; the others exceeded it, too`);
  return violated(words, { limit, by_node: reading.allowedInWindowBy });
}

function judgeDenied({ reading, limit }: CanaryFacts): Opinion {
  const { allowedInWindow, allowedBy, deniedBy } = reading;
  const words = `${allowedInWindow} of ${limit} used by us`;
  if (deniedBy.length > 0) {
    if (allowedInWindow > limit * OWN_SHARE_MAX) return unknown(words);
    const reason = `${deniedBy.join(", ")} denied it with ${words}`;
    return violated(reason, { denied_by: deniedBy, allowed_by: allowedBy });
  }
  return isAnswered(reading) ? holds(words) : unknown("no check was answered");
}

function isAnswered({ allowedBy, deniedBy }: CanaryReading): boolean {
  return allowedBy.length + deniedBy.length > 0;
}
