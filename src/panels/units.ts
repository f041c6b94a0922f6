// Times, durations, sizes, tokens and money as people read them.

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `2026-03-01 14:05:09`, local time. */
export function formatTime(atMs: number): string {
  const at = new Date(atMs);
  const date = [at.getFullYear(), twoDigits(at.getMonth() + 1), twoDigits(at.getDate())].join("-");
  return `${date} ${clockOf(at)}`;
}

/** Of local time at that moment: `UTC`, `UTC+01:00`. */
export function formatZone(atMs: number): string {
  const minutes = -new Date(atMs).getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? "-" : "+"}${twoDigits(hours)}:${twoDigits(rest)}`;
}

/** `14:05:09`, local time. */
export function formatClock(atMs: number): string {
  return clockOf(new Date(atMs));
}

/** `14:05:09.120`, local time. */
export function formatTimeOfDay(atMs: number): string {
  const at = new Date(atMs);
  return `${clockOf(at)}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

/** Two units at most: `250 ms`, `6.2 s`, `3 m 05 s`, `2 h 05 m`, `4 d 07 h`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < SECOND_MS) return `${Math.round(durationMs)} ms`;
  if (durationMs < MINUTE_MS) return `${(Math.floor(durationMs / 100) / 10).toFixed(1)} s`;
  if (durationMs < HOUR_MS) return inTwoUnits(durationMs, ["m", MINUTE_MS, "s", SECOND_MS]);
  if (durationMs < DAY_MS) return inTwoUnits(durationMs, ["h", HOUR_MS, "m", MINUTE_MS]);
  return inTwoUnits(durationMs, ["d", DAY_MS, "h", HOUR_MS]);
}

/** `12,345`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `812 B`, `4.2 kB`, `780.3 MB`: thousands of thousands. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const units = ["kB", "MB", "GB"];
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1_000 ** power).toFixed(1)} ${units[power - 1]}`;
}

/** `$0.0123`; `$0` for what costs nothing. */
export function formatCost(costUsd: number): string {
  return costUsd === 0 ? "$0" : `$${costUsd.toFixed(4)}`;
}

function inTwoUnits(
  durationMs: number,
  [large, largeMs, small, smallMs]: readonly [string, number, string, number],
): string {
  const rest = Math.floor((durationMs % largeMs) / smallMs);
  return `${Math.floor(durationMs / largeMs)} ${large} ${twoDigits(rest)} ${small}`;
}

function clockOf(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(":");
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
