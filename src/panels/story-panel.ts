// The chapter that is told: what it says, what is going on or went wrong, and what the keys do.
import type { Canvas, PanelContent } from "./box.ts";
import { endWithDots, printable, type Room, wrapTo } from "./fit.ts";
import { createTheme, type Paint, type Theme } from "./theme.ts";
import type { StoryView } from "./view.ts";

/** Longer lines of prose are hard to read. */
const PROSE_COLUMNS_MAX = 88;
/** Of one paragraph, however long. */
const PROSE_ROWS_MAX = 200;
/** Far more than a child's last words. */
const ERROR_LINES_MAX = 100;
const SPINNER = [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"];
const SPINNER_STEP_MS = 100;
const KEY_GAPS = [" · ", "  "];
const KEY_ROWS_MAX = 3;
const ACTIVITY_ROWS_MAX = 2;
const HEADING_ROWS_MIN = 10;

export function storyPanel(view: StoryView, canvas: Canvas): PanelContent {
  const { chapter, chapters } = view;
  const { lines, hidden } = tell(view, canvas);
  const footNote =
    hidden > 0 ? { text: "UP DOWN: all of it", paint: canvas.theme.accent } : undefined;
  // Where rows are few the chapter's title is on the border.
  if (canvas.rows < HEADING_ROWS_MIN) {
    return { title: `Story ${chapter}/${chapters}`, subtitle: view.title, lines, footNote };
  }
  return { title: "Story", subtitle: `chapter ${chapter} of ${chapters}`, lines, footNote };
}

/** The largest `scrolledDown` that shows something new; 0 where all is in sight. */
export function storyScrollMax(view: StoryView, room: Room): number {
  return tell(view, { ...room, nowMs: 0, theme: createTheme({ colorLevel: 0 }) }).hidden;
}

interface Told {
  readonly lines: readonly string[];
  /** Rows of text for which there is no room. */
  readonly hidden: number;
}

/** Keys and activity at the foot, always; what there is to read has the rest, and scrolls in it. */
function tell(view: StoryView, canvas: Canvas): Told {
  const { theme, rows } = canvas;
  const columns = Math.min(canvas.columns, PROSE_COLUMNS_MAX);
  const headingRows = rows < HEADING_ROWS_MIN ? 0 : 1;
  const heading = wrapTo(view.title, { columns, rows: headingRows }).map(theme.strong);
  const keys = keyLines(view.keys, { columns: canvas.columns, theme });
  const foot = [...activityLines(view, { ...canvas, columns }), ...keys];
  const room = { columns, rows: Math.max(0, rows - heading.length - foot.length) };
  const all = textRows(view, { room, theme });
  const hidden = Math.max(0, all.length - room.rows);
  const shown = windowOf(all, { ...room, from: Math.min(view.scrolledDown ?? 0, hidden) });
  const spare = room.rows - shown.length;
  const belowHeading = blanks(spare > 1 ? headingRows : 0);
  const aboveFoot = blanks(spare - belowHeading.length);
  const told = shown.map(({ text, paint }) => paint(text));
  return { lines: [...heading, ...belowHeading, ...told, ...aboveFoot, ...foot], hidden };
}

interface TextRow {
  readonly text: string;
  readonly paint: Paint;
}

interface TextStyle {
  readonly room: Room;
  readonly theme: Theme;
}

/** The error is below the narration; where there is no room for both it is read first. */
function textRows(view: StoryView, { room, theme }: TextStyle): readonly TextRow[] {
  const error = errorRows(view.error, room).map((text) => ({ text, paint: theme.bad }));
  const proseRoom = { ...room, rows: room.rows - error.length };
  const prose = proseRows(view.narration, proseRoom).map((text) => ({ text, paint: theme.plain }));
  const spare = proseRoom.rows - prose.length;
  if (spare < 0) return [...error, ...prose];
  const between = error.length > 0 && spare > 2 ? [{ text: "", paint: theme.plain }] : [];
  return [...prose, ...between, ...error];
}

/** In full, and line by line: what a child said last is a table as often as not. */
function errorRows(error: string | undefined, { columns }: Room): readonly string[] {
  if (error === undefined) return [];
  const lines = `✗ ${error}`.split("\n", ERROR_LINES_MAX);
  return lines.flatMap((line) => wrapTo(line, { columns, rows: PROSE_ROWS_MAX }));
}

/** Paragraphs, all of them, with a blank line between them if there is room for it. */
function proseRows(paragraphs: readonly string[], room: Room): readonly string[] {
  const { columns, rows } = room;
  const wrapped = paragraphs.map((text) => wrapTo(text, { columns, rows: PROSE_ROWS_MAX }));
  const lines = wrapped.flat();
  const isLoose = lines.length + wrapped.length < rows;
  if (isLoose) return wrapped.flatMap((part, index) => (index === 0 ? part : ["", ...part]));
  return lines;
}

function windowOf(
  rows: readonly TextRow[],
  { columns, rows: count, from }: Room & { readonly from: number },
): readonly TextRow[] {
  const shown = rows.slice(from, from + count);
  const last = shown.at(-1);
  if (last === undefined || from + count >= rows.length) return shown;
  const [text = ""] = endWithDots([last.text], columns);
  return [...shown.slice(0, -1), { ...last, text }];
}

function activityLines(view: StoryView, { columns, nowMs, theme }: Canvas): readonly string[] {
  if (view.activity === undefined) return [];
  const step = Math.floor(Math.max(0, nowMs) / SPINNER_STEP_MS) % SPINNER.length;
  const text = `${SPINNER[step]} ${view.activity}`;
  const rows = wrapTo(text, { columns, rows: ACTIVITY_ROWS_MAX, indent: "  " });
  return rows.map(theme.accent);
}

interface KeyStyle {
  readonly columns: number;
  readonly theme: Theme;
}

/** `SPACE next · f another fault`; closer together where that makes fewer rows. */
function keyLines(keys: StoryView["keys"], style: KeyStyle): readonly string[] {
  const variants = KEY_GAPS.map((gap) => keyRows(keys, { ...style, gap }));
  const fewest = Math.min(...variants.map((rows) => rows.length));
  return variants.find((rows) => rows.length === fewest) ?? [];
}

/** What does not fit into a row goes to the next one. */
function keyRows(
  keys: StoryView["keys"],
  { columns, theme, gap }: KeyStyle & { readonly gap: string },
): readonly string[] {
  const rows: string[] = [];
  for (const [key, does] of keys) {
    const item = `${theme.accent(printable(key, columns))} ${printable(does, columns)}`;
    const row = rows.at(-1);
    const joined = `${row}${theme.faint(gap)}${item}`;
    if (row !== undefined && Bun.stringWidth(joined) <= columns) rows[rows.length - 1] = joined;
    else rows.push(item);
    if (rows.length > KEY_ROWS_MAX) break;
  }
  return rows.slice(0, KEY_ROWS_MAX);
}

function blanks(count: number): readonly string[] {
  return Array.from({ length: Math.max(0, count) }, () => "");
}
