// Loaded before a program: its wall clock is ahead by what stands in a file, in milliseconds, which
// a test changes while it runs. Time goes on evenly for it all the same.
import { readFileSync } from "node:fs";

export const AHEAD_FILE_ENV = "CLOCK_AHEAD_FILE";

/** What a program is started with. */
export function movedClock(aheadFile: string): Readonly<Record<string, string>> {
  return { BUN_OPTIONS: `--preload=${import.meta.path}`, [AHEAD_FILE_ENV]: aheadFile };
}

const file = process.env[AHEAD_FILE_ENV];
if (file !== undefined) {
  const real = Date.now;
  Date.now = () => real() + Number(readFileSync(file, "utf8"));
}
