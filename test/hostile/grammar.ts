// A grammar of texts: `<name>` stands for one of the alternatives of that name, chosen by chance,
// which may hold names themselves. What was chosen for `<name:x>` stands for `<:x>` as well.
import { seededRandom } from "../../src/infra/clock.ts";

export interface Chance {
  /** [0, 1). */
  next(): number;
  /** True as often as this, of 1. */
  happens(share: number): boolean;
  oneOf<T>(list: readonly T[]): T;
  /** From 0 up to, and without, `end`. */
  below(end: number): number;
}

export function chanceOf(seed: number): Chance {
  const next = seededRandom(seed);
  const below = (end: number) => Math.floor(next() * end);
  return {
    next,
    below,
    happens: (share) => next() < share,
    oneOf: (list) => {
      const chosen = list[below(list.length)];
      if (chosen === undefined) throw new Error("nothing to choose from");
      return chosen;
    },
  };
}

export type Alternatives = Readonly<Record<string, readonly string[]>>;

/** Bounded by the grammar, which has no circles. */
export function expand(text: string, alternatives: Alternatives, chance: Chance): string {
  const bound = new Map<string, string>();
  const replace = (inner: string): string =>
    inner.replace(/<(\w+)(?::(\w+))?>/g, (_, name: string, label: string | undefined) => {
      const known = label === undefined ? undefined : bound.get(label);
      if (known !== undefined) return known;
      const list = alternatives[name];
      if (!list) throw new Error(`the grammar has no <${name}>`);
      const value = replace(chance.oneOf(list));
      if (label !== undefined) bound.set(label, value);
      return value;
    });
  return replace(text);
}
