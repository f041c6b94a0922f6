// Notices a model that goes in circles: one call again and again, or two in turn.

/** How often a pattern of so many calls may stand at the end, without anything between. */
const PATTERNS = [
  { length: 1, times: 4 },
  { length: 2, times: 3 },
] as const;

/**
 * What goes round and how often, or undefined. `calls` are texts that are equal for equal calls,
 * oldest first.
 */
export function findRepetition(calls: readonly string[]): string | undefined {
  for (const { length, times } of PATTERNS) {
    const tail = calls.slice(-length * times);
    const pattern = tail.slice(0, length);
    const isWhole = tail.length === length * times;
    if (isWhole && tail.every((call, index) => call === pattern[index % length])) {
      return `${times} times in a row: ${pattern.join(", then ")}`;
    }
  }
  return undefined;
}
