// The last lines of an endless output, for the screen. Everything is in the log file; here both the
// number of lines and the length of each are bounded, whatever a child prints.

export interface RingOptions {
  readonly linesMax: number;
  /** Of a longer line the head is kept, with "…". */
  readonly charsMax?: number;
}

export interface Ring {
  push(line: string): void;
  /** Oldest first; the same array until the next line comes. */
  readonly lines: readonly string[];
  /** How many lines are not here any more. */
  readonly droppedLines: number;
}

const CHARS_MAX = 8_192; // fills a zoomed panel of 118 × 38

export function createRing({ linesMax, charsMax = CHARS_MAX }: RingOptions): Ring {
  let kept: string[] = [];
  let dropped = 0;
  let shown: readonly string[] | undefined;
  /** Rarely, and then half of all at once: a line costs the same at any rate. */
  const drop = () => {
    dropped += kept.length - linesMax;
    kept = kept.slice(-linesMax);
  };
  return {
    push(line) {
      kept.push(line.length > charsMax ? headOf(line, charsMax) : line);
      shown = undefined;
      if (kept.length >= 2 * linesMax) drop();
    },
    get lines() {
      shown ??= kept.slice(-linesMax);
      return shown;
    },
    get droppedLines() {
      return dropped + Math.max(0, kept.length - linesMax);
    },
  };
}

/** A copy: a slice would keep the whole line in memory. */
function headOf(line: string, charsMax: number): string {
  return Buffer.from(`${line.slice(0, charsMax)}…`).toString();
}
