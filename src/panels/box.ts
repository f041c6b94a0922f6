// A panel's frame: a border with the title in it. The focused panel has heavy lines and a "▶".
import { fitTo, printable, type Room } from "./fit.ts";
import { cutTo } from "./plain-text.ts";
import type { Paint, Theme } from "./theme.ts";

/** Where a panel draws: the room for text inside its frame. */
export interface Canvas extends Room {
  readonly nowMs: number;
  readonly theme: Theme;
}

/** A text on the border; any text, it is made plain and cut. */
export interface Label {
  readonly text: string;
  readonly paint: Paint;
}

export interface PanelContent {
  readonly title: string;
  /** After the title, less strong. */
  readonly subtitle?: string | undefined;
  /** At the right end of the upper border. */
  readonly note?: Label | undefined;
  /** At both ends of the lower border. */
  readonly foot?: Label | undefined;
  readonly footNote?: Label | undefined;
  /** At most as many as the canvas has rows; plain or painted, of any width. */
  readonly lines: readonly string[];
}

export interface BoxFrame extends Room {
  readonly isFocused: boolean;
  readonly theme: Theme;
}

interface Border {
  readonly upper: readonly [left: string, right: string];
  readonly lower: readonly [left: string, right: string];
  readonly across: string;
  readonly down: string;
}

const LIGHT: Border = { upper: ["╭", "╮"], lower: ["╰", "╯"], across: "─", down: "│" };
const HEAVY: Border = { upper: ["┏", "┓"], lower: ["┗", "┛"], across: "━", down: "┃" };
/** On each side: the border, and a blank between it and the text. */
const SIDE_COLUMNS = 2;
const BORDER_ROWS = 2;
/** Around the labels of an edge: the mark and two blanks on the left, two blanks on the right. */
const LEFT_COLUMNS = 3;
const RIGHT_COLUMNS = 2;
/** So much of a title is never cut for the note beside it. */
const TITLE_COLUMNS_MIN = 12;

/** What is left for text in a box of this size. */
export function roomInside({ columns, rows }: Room): Room {
  return { columns: columns - 2 * SIDE_COLUMNS, rows: rows - BORDER_ROWS };
}

/** Exactly as many lines as the frame has rows, each exactly as wide as it has columns. */
export function drawBox(content: PanelContent, frame: BoxFrame): readonly string[] {
  const { theme, isFocused } = frame;
  const border = isFocused ? HEAVY : LIGHT;
  const paint = isFocused ? theme.accent : theme.faint;
  const room = roomInside(frame);
  const side = paint(border.down);
  const body = Array.from({ length: room.rows }, (_, row) => {
    return `${side} ${fitTo(content.lines[row] ?? "", room.columns)} ${side}`;
  });
  const edge = { columns: frame.columns - 2, across: border.across, paint };
  const [upperLeft, upperRight] = border.upper;
  const mark = paint(isFocused ? "▶" : border.across);
  const title = { left: titleLabels(content, theme), right: content.note, mark };
  const upper = edgeLine({ ...edge, ...title });
  const [lowerLeft, lowerRight] = border.lower;
  const foot = {
    left: labelList(content.foot),
    right: content.footNote,
    mark: paint(border.across),
  };
  const lower = edgeLine({ ...edge, ...foot });
  return [
    paint(upperLeft) + upper + paint(upperRight),
    ...body,
    paint(lowerLeft) + lower + paint(lowerRight),
  ];
}

function titleLabels({ title, subtitle }: PanelContent, theme: Theme): readonly Label[] {
  const labels = [{ text: title, paint: theme.strong }];
  return subtitle ? [...labels, { text: ` ${subtitle}`, paint: theme.plain }] : labels;
}

function labelList(label: Label | undefined): readonly Label[] {
  return label ? [label] : [];
}

interface Edge {
  readonly columns: number;
  readonly left: readonly Label[];
  readonly right: Label | undefined;
  /** One column wide, before what is left. */
  readonly mark: string;
  readonly across: string;
  readonly paint: Paint;
}

/** The labels with a blank on each side, and the line between them; the first is cut last. */
function edgeLine({ columns, left, right, mark, across, paint }: Edge): string {
  const titleColumns = Bun.stringWidth(printable(left[0]?.text ?? "", TITLE_COLUMNS_MIN));
  const kept = Math.min(TITLE_COLUMNS_MIN, titleColumns) + LEFT_COLUMNS;
  const atRight = paintedLabels(labelList(right), columns - kept - RIGHT_COLUMNS);
  const end = atRight === "" ? "" : ` ${atRight} `;
  const atLeft = paintedLabels(left, columns - LEFT_COLUMNS - Bun.stringWidth(end));
  const start = atLeft === "" ? "" : `${mark} ${atLeft} `;
  const rest = columns - Bun.stringWidth(start) - Bun.stringWidth(end);
  return start + paint(across.repeat(Math.max(0, rest))) + end;
}

function paintedLabels(labels: readonly Label[], columnsMax: number): string {
  let room = columnsMax;
  return labels
    .map(({ text, paint }) => {
      if (room < 1) return "";
      const cut = cutTo(printable(text, room), room);
      room -= Bun.stringWidth(cut);
      return paint(cut);
    })
    .join("");
}
