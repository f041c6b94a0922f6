// The replicated log as one member holds it: entries after a base, which compaction moves forward.
import { assert } from "../../../../src/domain/errors.ts";
import type { LogEntry, LogPosition } from "./message.ts";

export interface RaftLog {
  /** The last entry that was dropped: by compaction, or because a snapshot replaced it. */
  base: LogPosition;
  /** Without gaps, the first at `base.index + 1`. */
  entries: LogEntry[];
}

export function lastIndex(log: RaftLog): number {
  return log.base.index + log.entries.length;
}

export function lastPosition(log: RaftLog): LogPosition {
  const last = log.entries.at(-1);
  return last === undefined ? log.base : { index: last.index, term: last.term };
}

/** Undefined for what is not held: before the base, or past the end. */
export function termAt(log: RaftLog, index: number): number | undefined {
  if (index === log.base.index) return log.base.term;
  return log.entries[index - log.base.index - 1]?.term;
}

export function entryAt(log: RaftLog, index: number): LogEntry {
  const entry = log.entries[index - log.base.index - 1];
  assert(entry !== undefined, `log holds the entry at ${index}`);
  return entry;
}

/** At most `max` entries from `index` on. */
export function entriesFrom(
  log: RaftLog,
  range: { readonly index: number; readonly max: number },
): LogEntry[] {
  const start = range.index - log.base.index - 1;
  assert(start >= 0, `entries from ${range.index} are not compacted`);
  return log.entries.slice(start, start + range.max);
}

/** Drops what stands at and after the first of `entries`, and puts them there. */
export function replaceFrom(log: RaftLog, entries: readonly LogEntry[]): void {
  const [first] = entries;
  if (first === undefined) return;
  const start = first.index - log.base.index - 1;
  assert(start >= 0 && start <= log.entries.length, `entry ${first.index} leaves no gap`);
  log.entries.splice(start, log.entries.length - start, ...entries);
}

/** Forgets entries up to and with `index`, which must be held. */
export function compactTo(log: RaftLog, index: number): void {
  const term = termAt(log, index);
  assert(term !== undefined, `log holds the entry at ${index}`);
  log.entries.splice(0, index - log.base.index);
  log.base = { index, term };
}

/**
 * True when a log ending at `left` has everything that one ending at `right` may have committed.
 */
export function isAsRecent(left: LogPosition, right: LogPosition): boolean {
  return left.term > right.term || (left.term === right.term && left.index >= right.index);
}
