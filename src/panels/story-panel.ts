// The chapter that is told: what it says, what is going on or went wrong, and what the keys do.
import type { Canvas, PanelContent } from "./box.ts";
import { endWithDots, printable, type Room, wrapTo } from "./fit.ts";
import type { Theme } from "./theme.ts";
import type { StoryView } from "./view.ts";

/** Longer lines of prose are hard to read. */
const PROSE_COLUMNS_MAX = 88;
const SPINNER = [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"];
const SPINNER_STEP_MS = 100;
const KEY_GAP = " · ";
const KEY_ROWS_MAX = 3;
const ACTIVITY_ROWS_MAX = 2;
const HEADING_ROWS_MIN = 10;

export function storyPanel(view: StoryView, canvas: Canvas): PanelContent {
  const { chapter, chapters } = view;
  const lines = storyLines(view, canvas);
  // Where rows are few the chapter's title is on the border.
  if (canvas.rows < HEADING_ROWS_MIN) {
    return { title: `Story ${chapter}/${chapters}`, subtitle: view.title, lines };
  }
  return { title: "Story", subtitle: `chapter ${chapter} of ${chapters}`, lines };
}

/** Keys and activity at the foot, always; then the error in full; the narration has the rest. */
function storyLines(view: StoryView, canvas: Canvas): readonly string[] {
  const { theme, rows } = canvas;
  const columns = Math.min(canvas.columns, PROSE_COLUMNS_MAX);
  const headingRows = rows < HEADING_ROWS_MIN ? 0 : 1;
  const heading = wrapTo(view.title, { columns, rows: headingRows }).map(theme.strong);
  const keys = keyLines(view.keys, { columns: canvas.columns, theme });
  const foot = [...activityLines(view, { ...canvas, columns }), ...keys];
  const room = Math.max(0, rows - heading.length - foot.length);
  const error = view.error === undefined ? [] : wrapTo(`✗ ${view.error}`, { columns, rows: room });
  const narration = proseLines(view.narration, { columns, rows: room - error.length });
  const spare = room - error.length - narration.length;
  const belowHeading = blanks(spare > 1 ? headingRows : 0);
  const aboveError = blanks(error.length > 0 && spare > 2 ? 1 : 0);
  const aboveFoot = blanks(spare - belowHeading.length - aboveError.length);
  const told = [...belowHeading, ...narration, ...aboveError, ...error.map(theme.bad)];
  return [...heading, ...told, ...aboveFoot, ...foot];
}

/** Paragraphs, with a blank line between them if there is room for it. */
function proseLines(paragraphs: readonly string[], room: Room): readonly string[] {
  const { columns, rows } = room;
  const wrapped = paragraphs.slice(0, rows).map((text) => wrapTo(text, room));
  const lines = wrapped.flat();
  const isLoose = lines.length + wrapped.length < rows;
  if (isLoose) return wrapped.flatMap((part, index) => (index === 0 ? part : ["", ...part]));
  const isCut = lines.length > rows || wrapped.length < paragraphs.length;
  return isCut ? endWithDots(lines.slice(0, rows), columns) : lines;
}

function activityLines(view: StoryView, { columns, nowMs, theme }: Canvas): readonly string[] {
  if (view.activity === undefined) return [];
  const step = Math.floor(Math.max(0, nowMs) / SPINNER_STEP_MS) % SPINNER.length;
  const text = `${SPINNER[step]} ${view.activity}`;
  const rows = wrapTo(text, { columns, rows: ACTIVITY_ROWS_MAX, indent: "  " });
  return rows.map(theme.accent);
}

/** `SPACE next · f another fault`; what does not fit into a row goes to the next one. */
function keyLines(
  keys: StoryView["keys"],
  { columns, theme }: { readonly columns: number; readonly theme: Theme },
): readonly string[] {
  const rows: string[] = [];
  for (const [key, does] of keys) {
    const item = `${theme.accent(printable(key, columns))} ${printable(does, columns)}`;
    const row = rows.at(-1);
    const joined = `${row}${theme.faint(KEY_GAP)}${item}`;
    if (row !== undefined && Bun.stringWidth(joined) <= columns) rows[rows.length - 1] = joined;
    else rows.push(item);
    if (rows.length > KEY_ROWS_MAX) break;
  }
  return rows.slice(0, KEY_ROWS_MAX);
}

function blanks(count: number): readonly string[] {
  return Array.from({ length: Math.max(0, count) }, () => "");
}
