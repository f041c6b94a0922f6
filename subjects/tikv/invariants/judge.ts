// What the invariants of this subject share.

import { type Reading, readValue } from "../../../src/domain/observation.ts";
import type { Opinion } from "../../../src/domain/opinion.ts";
import type { Invariant, Judgement } from "../../../src/domain/verdict.ts";
import type { Liveness, TikvObservation } from "../observation.ts";

export type TikvInvariant = Invariant<TikvObservation>;

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
