// YCSB's zipfian choice (Gray et al., "Quickly generating billion-record synthetic databases",
// 1994): few items are asked for often, most seldom.

/** YCSB's constant. */
const THETA = 0.99;

/** Yields item numbers in [0, items), 0 the most popular. `random` yields [0, 1). */
export function createZipfian(items: number, random: () => number): () => number {
  const zetaItems = zeta(items);
  const alpha = 1 / (1 - THETA);
  const eta = (1 - (2 / items) ** (1 - THETA)) / (1 - zeta(2) / zetaItems);
  return () => {
    const chance = random();
    const scaled = chance * zetaItems;
    if (scaled < 1) return 0;
    if (scaled < 1 + 0.5 ** THETA) return Math.min(1, items - 1);
    return Math.min(items - 1, Math.floor(items * (eta * chance - eta + 1) ** alpha));
  };
}

function zeta(items: number): number {
  let sum = 0;
  for (let rank = 1; rank <= items; rank += 1) sum += 1 / rank ** THETA;
  return sum;
}
