// A text that has some property, made shorter by what can be left out of it.

/** At most so many tries: each runs the line. */
const TRIES_MAX = 400;

/** Leaves out ever smaller spans, while what remains still has it. */
export async function shrink(
  text: string,
  has: (text: string) => Promise<boolean>,
): Promise<string> {
  let shortest = text;
  let tries = 0;
  for (let span = Math.ceil(text.length / 2); span >= 1; span = Math.floor(span / 2)) {
    for (let at = 0; at < shortest.length && tries < TRIES_MAX; tries += 1) {
      const shorter = shortest.slice(0, at) + shortest.slice(at + span);
      if (await has(shorter)) shortest = shorter;
      else at += span;
    }
  }
  return shortest;
}
