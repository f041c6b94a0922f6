// Which rows of a frame differ from the last one.

/** Rows from `start` to before `end`. */
export interface Run {
  readonly start: number;
  readonly end: number;
}

/** Each costs a pass of log-update over the whole frame. */
const RUNS_MAX = 4;

/**
 * Rows next to each other that changed, from the top; all as one run when there are many. Both
 * frames have as many rows.
 */
export function changedRuns(before: readonly string[], after: readonly string[]): readonly Run[] {
  const runs: Run[] = [];
  for (const [row, line] of after.entries()) {
    if (line === before[row]) continue;
    const last = runs.at(-1);
    if (last?.end === row) runs[runs.length - 1] = { start: last.start, end: row + 1 };
    else runs.push({ start: row, end: row + 1 });
  }
  const [first, last] = [runs[0], runs.at(-1)];
  if (!first || !last || runs.length <= RUNS_MAX) return runs;
  return [{ start: first.start, end: last.end }];
}
