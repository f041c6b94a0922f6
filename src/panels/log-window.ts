// Which rows of a log are seen: its lines wrapped, upwards from the newest that is in the window.
// Only lines that are seen are wrapped, however many there are.
import { type Room, wrapTo } from "./fit.ts";
import { formatCount } from "./units.ts";
import type { LogView } from "./view.ts";

export interface LogRow {
  readonly text: string;
  /** The first row of its line; those after it are indented. */
  readonly isFirst: boolean;
}

const INDENT = "  ";
const COLUMNS_TO_INDENT = 20;
/** One long line does not push all others out: it has at most this share of the rows. */
const LINE_SHARE = 2 / 3;

/** At most as many rows as there is room for, the newest last. */
export function visibleRows(view: LogView, room: Room): readonly LogRow[] {
  const entries = entriesOf(view);
  const most = scrolledBackMax(view, room);
  const scrolledBack = Math.min(Math.max(0, view.scrolledBack), most);
  if (scrolledBack === most) {
    return fillRows({ entries, from: 0, step: 1, room }).flat().slice(0, room.rows);
  }
  const newest = fillRows({ entries, from: entries.length - 1 - scrolledBack, step: -1, room });
  return newest.toReversed().flat().slice(-room.rows);
}

/** Where the view is scrolled to, at most so far that the oldest line is at the top. */
export function scrolledBackWithin(view: LogView, room: Room): number {
  return Math.min(Math.max(0, view.scrolledBack), scrolledBackMax(view, room));
}

/** 0 if all lines are seen at once; else at the top the last one that is whole is the lowest. */
export function scrolledBackMax(view: LogView, room: Room): number {
  const entries = entriesOf(view);
  const oldest = fillRows({ entries, from: 0, step: 1, room });
  const isCut = oldest.flat().length > room.rows;
  return entries.length - oldest.length + (isCut ? 1 : 0);
}

/** How many lines the window shows, the one that is cut at its top included. */
export function visibleLines(view: LogView, room: Room): number {
  const entries = entriesOf(view);
  const newest = entries.length - 1 - scrolledBackWithin(view, room);
  return fillRows({ entries, from: newest, step: -1, room }).length;
}

/** What can be scrolled through: the note on what the ring has dropped, then its lines. */
function entriesOf({ lines, droppedLines }: LogView): readonly string[] {
  if (droppedLines === 0) return lines;
  return [`… ${formatCount(droppedLines)} older lines are in the log file`, ...lines];
}

interface Walk {
  readonly entries: readonly string[];
  readonly from: number;
  readonly step: 1 | -1;
  readonly room: Room;
}

/** From here on, the rows of as many lines as it takes to fill the room, or as there are. */
function fillRows({ entries, from, step, room }: Walk): readonly (readonly LogRow[])[] {
  const filled: (readonly LogRow[])[] = [];
  let count = 0;
  for (let index = from; count < room.rows; index += step) {
    const entry = entries[index];
    if (entry === undefined) break;
    const rows = rowsOf(entry, room);
    filled.push(rows);
    count += rows.length;
  }
  return filled;
}

function rowsOf(line: string, { columns, rows }: Room): readonly LogRow[] {
  const indent = columns < COLUMNS_TO_INDENT ? "" : INDENT;
  const room = { columns, rows: Math.max(1, Math.ceil(rows * LINE_SHARE)), indent };
  return wrapTo(line, room).map((text, index) => ({ text, isFirst: index === 0 }));
}
