// What all toxics of a link together do to it.
import { unreachable } from "../../../src/domain/errors.ts";
import type { Toxic } from "./answers.ts";

export interface Effect {
  /** Of what Redis answers. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** Nothing comes through. */
  readonly isSilent: boolean;
  /** No connection stays. */
  readonly isCut: boolean;
}

export const NO_EFFECT: Effect = { latencyMs: 0, jitterMs: 0, isSilent: false, isCut: false };

/** Latencies add up. */
export function effectOf(toxics: Readonly<Record<string, Toxic>>): Effect {
  return Object.values(toxics).reduce(withToxic, NO_EFFECT);
}

function withToxic(effect: Effect, toxic: Toxic): Effect {
  switch (toxic.type) {
    case "latency":
      return {
        ...effect,
        latencyMs: effect.latencyMs + toxic.latency_ms,
        jitterMs: effect.jitterMs + toxic.jitter_ms,
      };
    case "silence":
      return { ...effect, isSilent: true };
    case "cut":
      return { ...effect, isCut: true };
    default:
      return unreachable(toxic);
  }
}

/** `random` yields [0, 1). Never negative. */
export function delayOf({ latencyMs, jitterMs }: Effect, random: () => number): number {
  if (jitterMs === 0) return latencyMs;
  return Math.max(0, latencyMs + jitterMs * (2 * random() - 1));
}
