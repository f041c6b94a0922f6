// The three things that an invariant can say, and what all of them share.
import type { JsonObject } from "../../../src/domain/json.ts";
import { type Reading, readValue } from "../../../src/domain/observation.ts";
import type { Invariant, Judgement } from "../../../src/domain/verdict.ts";
import type { Liveness, TikvObservation } from "../observation.ts";

export type TikvInvariant = Invariant<TikvObservation>;

/** What is said of one entity, without its name. */
export type Opinion = Omit<Judgement, "entity">;

export function holds(reason: string, evidence: JsonObject = {}): Opinion {
  return { state: "holds", reason, evidence };
}

export function violated(reason: string, evidence: JsonObject): Opinion {
  return { state: "violated", reason, evidence };
}

export function unknown(reason: string): Opinion {
  return { state: "unknown", reason, evidence: {} };
}

/** A failed read is unknown; what was read is judged. */
export function judgeRead<T>(reading: Reading<T>, judge: (value: T) => Opinion): Opinion {
  return reading.state === "read" ? judge(reading.value) : unknown(reading.reason);
}

/** One judgement for each named thing, in their order. */
export function judgeEach<T extends { readonly name: string }>(
  things: readonly T[],
  judge: (thing: T) => Opinion,
): readonly Judgement[] {
  return things.map((thing) => ({ entity: thing.name, ...judge(thing) }));
}

/** One judgement for the whole cluster. */
export function judgeCluster(opinion: Opinion): readonly Judgement[] {
  return [{ entity: "cluster", ...opinion }];
}

/**
 * Nothing at all came back from anybody: then it is the way to them that is gone, or our own
 * network, and the silence of each one says nothing.
 */
export function isBlind({ pdMembers, stores }: TikvObservation): boolean {
  return [...pdMembers, ...stores].every(({ liveness }) => isTimeout(liveness));
}

function isTimeout(liveness: Reading<Liveness>): boolean {
  const value = readValue(liveness);
  return value === undefined || (value.state === "silent" && value.isTimeout);
}

/** A time that belongs to the cluster's own clockwork. On stand-ins that runs faster. */
export interface ScaledTime {
  /** At a time scale of 1. */
  readonly realMs: number;
  /** Below this our own interval could not tell. */
  readonly floorMs: number;
}

export function scaleTime({ realMs, floorMs }: ScaledTime, timeScale: number): number {
  return Math.max(floorMs, Math.round(realMs / timeScale));
}
