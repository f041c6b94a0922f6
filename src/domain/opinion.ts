// The three things that an invariant can say of an entity.
import type { JsonObject } from "./json.ts";
import type { Reading } from "./observation.ts";
import type { Judgement } from "./verdict.ts";

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
