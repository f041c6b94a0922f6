// What a terminal shows at one moment of a recording, cell by cell.
import { type IBufferCell, Terminal } from "@xterm/headless";
import { OperatorError, unreachable } from "../../src/domain/errors.ts";
import { LEAVE } from "../../src/panels/screen-modes.ts";
import type { Cast, CastEvent } from "./cast.ts";
import { cellWidths } from "./cell-widths.ts";
import { DEFAULT_COLOURS, paletteColour, rgbColour } from "./colours.ts";

export interface Frame {
  readonly columns: number;
  readonly rows: readonly (readonly Cell[])[];
}

export interface Cell {
  /** A character with its marks, or a blank. */
  readonly text: string;
  /** From 0; a wide character has the next one, too. */
  readonly column: number;
  readonly columns: 1 | 2;
  readonly style: CellStyle;
}

/** Colours as SVG has them. */
export interface CellStyle {
  readonly colour: string;
  readonly background: string;
  readonly isBold: boolean;
  readonly isFaint: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
}

export type Moment =
  /** The last frame before the terminal is given back. */
  | { readonly type: "last" }
  | { readonly type: "at"; readonly seconds: number }
  /** The first frame that shows this, within one row. */
  | { readonly type: "showing"; readonly text: string };

/** Throws code "usage" when a text is never shown. */
export async function frameOf(cast: Cast, moment: Moment): Promise<Frame> {
  const terminal = openTerminal(cast);
  try {
    for (const event of cast.events) {
      if (isPast(event, moment)) break;
      await play(event, terminal);
      if (moment.type === "showing" && isShown(moment.text, terminal)) return readFrame(terminal);
    }
    if (moment.type !== "showing") return readFrame(terminal);
  } finally {
    terminal.dispose();
  }
  throw new OperatorError("usage", `the recording never shows "${moment.text}"`);
}

function openTerminal({ columns, rows }: Cast): Terminal {
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  terminal.unicode.register(cellWidths);
  terminal.unicode.activeVersion = cellWidths.version;
  return terminal;
}

function isPast(event: CastEvent, moment: Moment): boolean {
  switch (moment.type) {
    case "last":
      return event.type === "output" && event.text.startsWith(LEAVE);
    case "at":
      return event.atSeconds > moment.seconds;
    case "showing":
      return false;
    default:
      return unreachable(moment);
  }
}

async function play(event: CastEvent, terminal: Terminal): Promise<void> {
  if (event.type === "resize") return terminal.resize(event.columns, event.rows);
  await new Promise<void>((resolve) => terminal.write(event.text, resolve));
}

function isShown(text: string, terminal: Terminal): boolean {
  const buffer = terminal.buffer.active;
  return Array.from({ length: terminal.rows }, (_, row) => buffer.getLine(row)).some((line) =>
    line?.translateToString().includes(text),
  );
}

function readFrame(terminal: Terminal): Frame {
  const buffer = terminal.buffer.active;
  const columns = terminal.cols;
  const rows = Array.from({ length: terminal.rows }, (_, row) => {
    const line = buffer.getLine(row);
    return Array.from({ length: columns }, (_, column) => {
      const cell = line?.getCell(column);
      return cell ? readCell(cell, column) : [];
    }).flat();
  });
  return { columns, rows };
}

/** None for the second half of a wide character. */
function readCell(cell: IBufferCell, column: number): readonly Cell[] {
  const width = cell.getWidth();
  if (width === 0) return [];
  const text = cell.isInvisible() ? " " : cell.getChars() || " ";
  return [{ text, column, columns: width === 2 ? 2 : 1, style: styleOf(cell) }];
}

function styleOf(cell: IBufferCell): CellStyle {
  const foreground = colourOf(cell.getFgColor(), {
    isDefault: cell.isFgDefault(),
    isPalette: cell.isFgPalette(),
    otherwise: DEFAULT_COLOURS.foreground,
  });
  const background = colourOf(cell.getBgColor(), {
    isDefault: cell.isBgDefault(),
    isPalette: cell.isBgPalette(),
    otherwise: DEFAULT_COLOURS.background,
  });
  const isInverse = cell.isInverse() !== 0;
  return {
    colour: isInverse ? background : foreground,
    background: isInverse ? foreground : background,
    isBold: cell.isBold() !== 0,
    isFaint: cell.isDim() !== 0,
    isItalic: cell.isItalic() !== 0,
    isUnderlined: cell.isUnderline() !== 0,
  };
}

interface ColourKind {
  readonly isDefault: boolean;
  readonly isPalette: boolean;
  readonly otherwise: string;
}

function colourOf(value: number, { isDefault, isPalette, otherwise }: ColourKind): string {
  if (isDefault) return otherwise;
  return isPalette ? paletteColour(value) : rgbColour(value);
}
