// What happened, line by line: a hash of all of it, by which two runs are compared, and the lines
// themselves for whoever looks for the cause of a failure.

export interface Trace {
  add(line: string): void;
  hash(): string;
  /** The last ones; all of them when asked for. */
  lines(): readonly string[];
}

const LINES_KEPT = 60;

export function createTrace(options: {
  readonly keepsAll: boolean;
  readonly nowMs: () => number;
}): Trace {
  let hash = 0n;
  let lines: string[] = [];
  return {
    add(text) {
      const line = `${(options.nowMs() / 1000).toFixed(3).padStart(9)} ${text}`;
      hash = BigInt(Bun.hash(line, hash));
      lines.push(line);
      if (!options.keepsAll && lines.length > 2 * LINES_KEPT) lines = lines.slice(-LINES_KEPT);
    },
    hash: () => hash.toString(16),
    lines: () => (options.keepsAll ? lines : lines.slice(-LINES_KEPT)),
  };
}
