// A look at a well limiter, recorded on a real Redis with real nodes under a little load, and what
// tests change in it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Reading } from "../../src/domain/observation.ts";
import type { Judgement } from "../../src/domain/verdict.ts";
import { limiterInvariants } from "../../subjects/ratelimiter/invariants/all.ts";
import type { LimiterObservation } from "../../subjects/ratelimiter/observation.ts";

const RECORDED = readFileSync(join(import.meta.dir, "../fixtures/limiter-well.json"), "utf8");

export type Draft<T> = T extends readonly (infer Item)[]
  ? Draft<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Draft<T[Key]> }
    : T;

export type Seen = Draft<LimiterObservation>;

/** Every time a new one. */
export function seenWith(change: (seen: Seen) => void = () => {}): LimiterObservation {
  const seen: Seen = JSON.parse(RECORDED);
  change(seen);
  return seen;
}

export function nodeOf({ nodes }: Seen, name: string): Seen["nodes"][number] {
  return found(nodes, (node) => node.name === name);
}

export function counterOf({ counters }: Seen, key: string) {
  return found(partOf(counters).items, (counter) => counter.key === key);
}

export function canaryOf({ canary }: Seen, key: string): Seen["canary"][number] {
  return found(canary, (reading) => reading.key === key);
}

/** What a node says it was granted, in the window that is compared. */
export function grantsOf(seen: Seen, at: { readonly node: string; readonly key: string }) {
  return found(partOf(nodeOf(seen, at.node).usage).items, ({ key }) => key === at.key);
}

/** Of a reading that was read, to be changed in place. */
export function partOf<T>(reading: { state: string; value?: T } | null): T {
  if (reading?.value === undefined) throw new Error("this part was not read");
  return reading.value;
}

export function read<T>(value: T): Draft<Reading<T>> {
  const reading: Reading<T> = { state: "read", value, atMs: 1 };
  return JSON.parse(JSON.stringify(reading));
}

export function failed(reason = "no full answer in 600 ms") {
  return { state: "failed" as const, reason, atMs: 1 };
}

/** "violated", "holds" or "unknown" of one entity; undefined when it is not judged. */
export function stateOf(
  current: LimiterObservation,
  invariant: string,
  entity: string,
): Judgement["state"] | undefined {
  return judgementsOf(current, invariant).find((judged) => judged.entity === entity)?.state;
}

export function judgementsOf(current: LimiterObservation, name: string): readonly Judgement[] {
  return found(limiterInvariants, (invariant) => invariant.name === name).judge({
    current,
    previous: undefined,
  });
}

/** `invariant/entity` of everything that is in this state. */
export function allIn(current: LimiterObservation, state: Judgement["state"]): readonly string[] {
  return limiterInvariants.flatMap(({ name }) =>
    judgementsOf(current, name)
      .filter((judged) => judged.state === state)
      .map(({ entity }) => `${name}/${entity}`),
  );
}

function found<T>(items: readonly T[], isMeant: (item: T) => boolean): T {
  const item = items.find(isMeant);
  if (item === undefined) throw new Error("the recorded look has no such part");
  return item;
}
