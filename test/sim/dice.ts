// Chance that can be had again: the same seed throws the same numbers in the same order.

export interface Dice {
  /** [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  /** An integer, both ends included. */
  between(least: number, most: number): number;
  /** Of at least one. */
  pick<T>(items: readonly T[]): T;
  /** Dice of their own, so that one who throws more often does not change what others throw. */
  fork(): Dice;
}

export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  // mulberry32, by Tommy Ettinger, public domain.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: <T>(items: readonly T[]) => {
      const [item] = items.slice(between(0, items.length - 1));
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    },
    fork: () => createDice(between(0, 2 ** 32 - 1)),
  };
}
