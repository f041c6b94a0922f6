// What is shown over the panels: the help, a list to choose from, an operation to be approved.
import { unreachable } from "../domain/errors.ts";
import { approvalContent } from "./approval.ts";
import { drawBox, type PanelContent, roomInside } from "./box.ts";
import { fitPlain, fitTo, printable, type Room, wrapTo } from "./fit.ts";
import type { Theme } from "./theme.ts";
import type { OverlayView } from "./view.ts";

export interface OverlayOptions {
  readonly overlay: OverlayView;
  readonly size: Room;
  readonly theme: Theme;
}

type Keys = Extract<OverlayView, { type: "help" }>["keys"];
type Choice = Extract<OverlayView, { type: "choice" }>;

const MARGIN_COLUMNS = 4;
const MARGIN_ROWS = 1;
const COLUMNS_MAX = 100;
const NAME_COLUMNS_MAX = 28;
const GAP = "   ";
/** Around a name in a list: the mark, and the gap. */
const MARK_COLUMNS = 5;
const HELP_ROWS_MAX = 3;
const DETAIL_ROWS_MAX = 4;

/** The room for an overlay's lines on a screen of this size. */
export function overlayRoom(size: Room): Room {
  return roomInside(largestBox(size));
}

/** As many lines as before, each as wide as before, with the overlay's box in the middle. */
export function drawOver(lines: readonly string[], options: OverlayOptions): readonly string[] {
  const { overlay, size, theme } = options;
  const outer = largestBox(size);
  const content = contentOf(overlay, { room: roomInside(outer), theme });
  const frame = { ...shrinkTo(content, outer), isFocused: true, theme };
  const box = drawBox(content, frame);
  const top = Math.floor((size.rows - frame.rows) / 2);
  const left = Math.floor((size.columns - frame.columns) / 2);
  return lines.map((line, row) => {
    const boxLine = box[row - top];
    if (boxLine === undefined) return line;
    const right = left + frame.columns;
    return headOf(line, left) + boxLine + tailOf(line, { from: right, to: size.columns });
  });
}

function largestBox({ columns, rows }: Room): Room {
  return {
    columns: Math.min(COLUMNS_MAX, columns - 2 * MARGIN_COLUMNS),
    rows: rows - 2 * MARGIN_ROWS,
  };
}

function contentOf(
  overlay: OverlayView,
  { room, theme }: { readonly room: Room; readonly theme: Theme },
): PanelContent {
  switch (overlay.type) {
    case "help":
      return { title: "Help", lines: helpLines(overlay.keys, { room, theme }) };
    case "choice":
      return choiceContent(overlay, { room, theme });
    case "approval":
      return approvalContent(overlay, { room, theme });
    default:
      return unreachable(overlay);
  }
}

function helpLines(
  keys: Keys,
  { room, theme }: { readonly room: Room; readonly theme: Theme },
): readonly string[] {
  const width = nameColumns(keys.map(([key]) => key));
  const columns = room.columns - width - GAP.length;
  const lines = keys.flatMap(([key, does]) => {
    const [first = "", ...rest] = wrapTo(does, { columns, rows: HELP_ROWS_MAX });
    const below = rest.map((row) => " ".repeat(width) + GAP + row);
    return [`${theme.accent(fitPlain(key, width))}${GAP}${first}`, ...below];
  });
  return lines.slice(0, room.rows);
}

/** Of a list that is too long the part around what is chosen, which is described in full below. */
function choiceContent(
  { title, choices, chosen }: Choice,
  { room, theme }: { readonly room: Room; readonly theme: Theme },
): PanelContent {
  const width = nameColumns(choices.map(({ name }) => name));
  const details = detailsOf(choices, { room, textColumns: room.columns - width - MARK_COLUMNS });
  const detail = details[chosen] ?? [];
  const rows = room.rows - detail.length;
  const first = Math.min(Math.max(0, chosen - rows + 1), Math.max(0, choices.length - 1));
  const lines = choices.slice(first, first + rows).map(({ name, describes }, index) => {
    const isChosen = first + index === chosen;
    const text = `${isChosen ? "▶" : " "} ${fitPlain(name, width)}${GAP}`;
    const line = text + printable(describes, room.columns);
    return isChosen ? theme.chosen(line) : line;
  });
  const foot = { text: "UP, DOWN choose · ENTER takes it", paint: theme.accent };
  return { title, foot, lines: [...lines, ...detail] };
}

/** Rows for each, as many for all, so that the box stays as it is; none where no row is cut. */
function detailsOf(
  choices: Choice["choices"],
  { room, textColumns }: { readonly room: Room; readonly textColumns: number },
): readonly (readonly string[])[] {
  const isCut = ({ describes }: Choice["choices"][number]) =>
    Bun.stringWidth(printable(describes, textColumns)) > textColumns;
  if (!choices.some(isCut)) return [];
  const whole = { ...room, rows: DETAIL_ROWS_MAX };
  const wrapped = choices.map(({ describes }) => ["", ...wrapTo(describes, whole)]);
  const most = Math.max(...wrapped.map((lines) => lines.length));
  return wrapped.map((lines) => Array.from({ length: most }, (_, row) => lines[row] ?? ""));
}

function nameColumns(names: readonly string[]): number {
  const widths = names.map((name) => Bun.stringWidth(printable(name, NAME_COLUMNS_MAX)));
  return Math.min(NAME_COLUMNS_MAX, Math.max(0, ...widths));
}

/** No larger than its lines and labels need. */
function shrinkTo({ title, lines, foot, note }: PanelContent, outer: Room): Room {
  const labels = [`${title}   ${note?.text ?? ""}`, foot?.text ?? ""].map((text) =>
    Bun.stringWidth(printable(text, outer.columns)),
  );
  const columns = Math.max(...labels, ...lines.map((line) => Bun.stringWidth(line)));
  return {
    columns: Math.min(outer.columns, columns + outer.columns - roomInside(outer).columns),
    rows: Math.min(outer.rows, lines.length + outer.rows - roomInside(outer).rows),
  };
}

/** The first columns of a line; "…" for half of a wide character. */
function headOf(line: string, columns: number): string {
  return fitTo(Bun.sliceAnsi(line, 0, columns), columns);
}

function tailOf(
  line: string,
  { from, to }: { readonly from: number; readonly to: number },
): string {
  const tail = Bun.sliceAnsi(line, from, to);
  return " ".repeat(Math.max(0, to - from - Bun.stringWidth(tail))) + tail;
}
