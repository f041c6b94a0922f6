// Whether Redis and the nodes tell the same of every counter, and each one goes when it should.
import { readValue } from "../../../src/domain/observation.ts";
import { holds, judgeRead, type Opinion, unknown, violated } from "../../../src/domain/opinion.ts";
import type { Judgement } from "../../../src/domain/verdict.ts";
import { logKeyOf } from "../keys.ts";
import type { CounterReading, LimiterObservation } from "../observation.ts";
import { type ComparedCounter, compareCounters, upheavalIn } from "../observe/compare-counters.ts";
import { CORRECTNESS, countsApart, judgeOne, type LimiterInvariant, REDIS } from "./judge.ts";

/** Keys that are not declared are judged together: which there are, clients decide. */
export const OTHER_KEYS = "other keys";

/** Of those to be repaired: twice as many are all the steps that one ticket has. */
const NAMED_MAX = 10;
/** A single one may be somebody's note. */
const STRANGERS_MAX = 9;
/** A Redis that has just started remembers no window. */
const UPTIME_S_MIN = 6;

export const counterDrift: LimiterInvariant = {
  name: "counter_drift",
  describes: "Of every key Redis counts what the nodes were granted, and nothing ahead of time.",
  severity: "critical",
  ...CORRECTNESS,
  judge: ({ current }) => {
    const compared = compareCounters(current);
    return judgeKeys(current, (isMeant) => judgeDrift(current, { compared, isMeant }));
  },
};

export const immortalCounter: LimiterInvariant = {
  name: "immortal_counter",
  describes: "Every counter expires.",
  severity: "warning",
  ...CORRECTNESS,
  judge: ({ current }) =>
    judgeKeys(current, (isMeant) =>
      judgeRead(current.counters, ({ items }) => {
        const isCounter = ({ exists, wrongType }: CounterReading) =>
          exists && wrongType === undefined;
        const mine = items.filter((counter) => isMeant(counter) && isCounter(counter));
        const immortal = mine.filter(({ ttlMs }) => ttlMs === null).map(({ key }) => key);
        if (immortal.length === 0) return holds(mine.length === 0 ? "there is none" : "it expires");
        return violated(`never expires: ${sayKeys(immortal)}`, {
          keys: immortal.slice(0, NAMED_MAX),
        });
      }),
    ),
};

export const keyLeak: LimiterInvariant = {
  name: "key_leak",
  describes: "Below the limiter's prefix no keys pile up that nobody removes.",
  severity: "warning",
  ...CORRECTNESS,
  judge: ({ current }) =>
    judgeOne(
      REDIS,
      judgeRead(current.counters, ({ strangers }) => {
        const immortal = strangers.filter(({ ttlMs }) => ttlMs === null).map(({ raw }) => raw);
        const reading = `${immortal.length} keys that the limiter does not know never expire`;
        if (immortal.length <= STRANGERS_MAX) return holds(reading);
        const evidence = { keys: immortal.slice(0, NAMED_MAX), at_least: immortal.length };
        return violated(`${reading}: ${sayKeys(immortal)}`, evidence);
      }),
    ),
};

type IsMeant = (counter: CounterReading) => boolean;

/** One for each declared key, and one for all others. */
function judgeKeys(
  { declared }: LimiterObservation,
  judge: (isMeant: IsMeant) => Opinion,
): readonly Judgement[] {
  const keys = Object.keys(declared.limits?.keys ?? {});
  return [
    ...keys.map((key) => ({ entity: key, ...judge((counter) => counter.key === key) })),
    { entity: OTHER_KEYS, ...judge(({ isDeclared }) => !isDeclared) },
  ];
}

interface DriftParts {
  readonly compared: readonly ComparedCounter[];
  readonly isMeant: IsMeant;
}

function judgeDrift(current: LimiterObservation, { compared, isMeant }: DriftParts): Opinion {
  if (current.counters.state === "failed") return unknown(current.counters.reason);
  const mine = compared.filter(({ counter }) => isMeant(counter));
  const misfit = mine.find(({ counter }) => counter.wrongType !== undefined)?.counter;
  if (misfit) return blockedBy(misfit);
  const ahead = mine.filter(({ counter }) => counter.future > 0);
  if (ahead.length > 0) return driftOf(ahead);
  const why = whyIncomparable(current);
  if (why !== undefined) return unknown(why);
  const away = mine.filter(
    ({ account }) => account.state === "too_many" || account.state === "too_few",
  );
  if (away.length > 0) return driftOf(away);
  const unseen = mine.find(({ account }) => account.state === "unknown")?.account;
  return unseen?.state === "unknown" ? unknown(unseen.reason) : holds("both count the same");
}

function blockedBy({ key, ttlMs, wrongType = "" }: CounterReading): Opinion {
  const name = logKeyOf(key);
  const reason = `${name} is no counter but of type ${wrongType}: every check of ${key} is refused`;
  return violated(reason, { keys: [key], key_name: name, key_type: wrongType, ttl_ms: ttlMs });
}

function driftOf(away: readonly ComparedCounter[]): Opinion {
  const [first] = away;
  const keys = away.map(({ counter }) => counter.key);
  const reason = first && "reason" in first.account ? first.account.reason : "they disagree";
  const counter = first?.counter;
  return violated(`${sayKeys(keys)}: ${reason}`, {
    keys: keys.slice(0, NAMED_MAX),
    redis_counts: counter?.used ?? null,
    nodes_granted: first && "granted" in first.account ? first.account.granted : null,
    dated_ahead: counter?.future ?? null,
    used_now: counter?.usedNow ?? null,
    limit: counter?.rule?.limit ?? null,
  });
}

/** What makes all counters differ at once is not the drift of one. */
function whyIncomparable(current: LimiterObservation): string | undefined {
  const apart = countsApart(current);
  if (apart !== undefined) return apart;
  const { redis, counters } = current;
  const uptimeS = readValue(redis.info)?.uptimeS ?? 0;
  if (uptimeS < UPTIME_S_MIN) return `Redis started ${uptimeS} s ago`;
  const scan = readValue(counters);
  const upheavalUs = upheavalIn(current) ?? current.upheavalUs;
  if (!scan || upheavalUs === null) return undefined;
  const isWithin = upheavalUs > scan.endUs - scan.lengthMs * 1_000;
  return isWithin ? "many counters changed at once within the compared window" : undefined;
}

function sayKeys(keys: readonly string[]): string {
  const [first = "", ...others] = keys;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
