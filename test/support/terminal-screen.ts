// What a person would see: a terminal emulator that reads a program's bytes.
import { Terminal } from "@xterm/headless";
import { cellWidths } from "../../demo/picture/cell-widths.ts";

export interface TerminalModes {
  readonly isAlternate: boolean;
  readonly isCursorHidden: boolean;
  readonly isBracketedPaste: boolean;
  readonly isWrapping: boolean;
  /** What is told of the mouse. */
  readonly mouse: string;
  readonly isTellingFocus: boolean;
  /** Of the window: the last one that was set. */
  readonly title: string;
}

/** The mode in which a terminal goes on showing what it showed before. */
const SYNCHRONIZED = 2026;

/** A terminal as a person finds it before and after a program. */
export const ORDINARY_MODES: TerminalModes = {
  isAlternate: false,
  isCursorHidden: false,
  isBracketedPaste: false,
  isWrapping: true,
  mouse: "none",
  isTellingFocus: false,
  title: "",
};

/** One that our screen has taken over. */
export const TAKEN_MODES: TerminalModes = {
  ...ORDINARY_MODES,
  isAlternate: true,
  isCursorHidden: true,
  isBracketedPaste: true,
  isWrapping: false,
};

export interface TerminalScreen extends Disposable {
  /** Resolves when it is shown. */
  write(bytes: Uint8Array | string): Promise<void>;
  resize(columns: number, rows: number): void;
  /** One string a row, without the spaces at its end. In mid-frame those of the frame before. */
  rows(): readonly string[];
  /** The same with colours and styles, in a form that can only be compared. */
  styledRows(): readonly string[];
  /** What each cell shows, row by row; "" behind a wide character. */
  cells(): readonly (readonly string[])[];
  /** The rows that have scrolled off at the top, too. */
  scrollback(): readonly string[];
  readonly modes: TerminalModes;
  /** A frame has begun (DEC mode 2026) and not ended: a person still sees the one before. */
  readonly isMidFrame: boolean;
}

export interface TerminalScreenOptions {
  readonly columns: number;
  readonly rows: number;
  /** What the terminal answers to a program's questions. */
  readonly onAnswer?: (text: string) => void;
}

export function createTerminalScreen(options: TerminalScreenOptions): TerminalScreen {
  const { columns, rows, onAnswer } = options;
  const terminal = new Terminal({
    cols: columns,
    rows,
    allowProposedApi: true,
    scrollback: 10_000,
  });
  terminal.unicode.register(cellWidths);
  terminal.unicode.activeVersion = cellWidths.version;
  let title = "";
  terminal.onTitleChange((changed) => {
    title = changed;
  });
  let isCursorHidden = false;
  const watchCursor = (final: "h" | "l") =>
    terminal.parser.registerCsiHandler({ prefix: "?", final }, (modes) => {
      if (modes.includes(25)) isCursorHidden = final === "l";
      return false;
    });
  watchCursor("h");
  watchCursor("l");
  if (onAnswer) terminal.onData(onAnswer);
  const lines = (from: number, to: number) => {
    const buffer = terminal.buffer.active;
    return Array.from({ length: to - from }, (_, index) =>
      (buffer.getLine(from + index)?.translateToString(true) ?? "").trimEnd(),
    );
  };
  const shownRows = () => {
    const { baseY } = terminal.buffer.active;
    return lines(baseY, baseY + terminal.rows);
  };
  let rowsBefore: readonly string[] = [];
  terminal.parser.registerCsiHandler({ prefix: "?", final: "h" }, (modes) => {
    if (modes.includes(SYNCHRONIZED)) rowsBefore = shownRows();
    return false;
  });
  return {
    write: (bytes) => new Promise((resolve) => terminal.write(bytes, resolve)),
    resize: (newColumns, newRows) => terminal.resize(newColumns, newRows),
    rows: () => (terminal.modes.synchronizedOutputMode ? rowsBefore : shownRows()),
    styledRows: () => Array.from({ length: terminal.rows }, (_, row) => styledRow(terminal, row)),
    cells: () => Array.from({ length: terminal.rows }, (_, row) => cellsOf(terminal, row)),
    scrollback: () => lines(0, terminal.buffer.active.baseY + terminal.rows),
    get modes() {
      return {
        isAlternate: terminal.buffer.active.type === "alternate",
        isCursorHidden,
        isBracketedPaste: terminal.modes.bracketedPasteMode,
        isWrapping: terminal.modes.wraparoundMode,
        mouse: terminal.modes.mouseTrackingMode,
        isTellingFocus: terminal.modes.sendFocusMode,
        title,
      };
    },
    get isMidFrame() {
      return terminal.modes.synchronizedOutputMode;
    },
    [Symbol.dispose]: () => terminal.dispose(),
  };
}

function cellsOf(terminal: Terminal, row: number): readonly string[] {
  const buffer = terminal.buffer.active;
  const line = buffer.getLine(buffer.baseY + row);
  return Array.from({ length: terminal.cols }, (_, column) => {
    const cell = line?.getCell(column);
    return cell?.getChars() || (cell?.getWidth() === 0 ? "" : " ");
  });
}

function styledRow(terminal: Terminal, row: number): string {
  const buffer = terminal.buffer.active;
  const line = buffer.getLine(buffer.baseY + row);
  const cells = Array.from({ length: terminal.cols }, (_, column) => {
    const cell = line?.getCell(column);
    if (!cell) return "";
    const colours = [
      cell.getFgColorMode(),
      cell.getFgColor(),
      cell.getBgColorMode(),
      cell.getBgColor(),
    ];
    const styles = [cell.isBold(), cell.isDim(), cell.isUnderline(), cell.isInverse()];
    return `${cell.getChars() || " "}${[...colours, ...styles].join(",")}`;
  });
  return cells.join("|");
}
