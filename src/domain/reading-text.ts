// Pure: readings as plain text for a model, within a bound.
import type { Reading } from "./observation.ts";

/** In these words, or why it was not seen. */
export function sayReading<T>(reading: Reading<T>, words: (value: T) => string): string {
  return reading.state === "read" ? words(reading.value) : `not seen: ${reading.reason}`;
}

/**
 * The first lines that fit into so many characters, and how many more there are. What was read
 * makes no lines of its own.
 */
export function linesWithin(lines: readonly string[], charsMax: number): string {
  const kept: string[] = [];
  let chars = 0;
  for (const line of lines.map((one) => one.replace(/[\r\n\u2028\u2029]+/g, " "))) {
    chars += line.length + 1;
    if (chars > charsMax) {
      return [...kept, `… and ${lines.length - kept.length} more`].join("\n");
    }
    kept.push(line);
  }
  return kept.join("\n");
}
