// What a subject shows beside its members: small tables, the rows that are off first, in the room
// that is left below them.
import { fitPlain, fitTo, printable } from "./fit.ts";
import type { Theme } from "./theme.ts";
import type { TableView } from "./view.ts";

interface TableRoom {
  readonly columns: number;
  readonly rows: number;
  readonly theme: Theme;
}

const FIRST_COLUMNS_MAX = 20;
const CELL_COLUMNS_MAX = 16;
const SYMBOL_COLUMNS = 2;
/** A heading without a row says nothing. */
const ROWS_MIN = 2;

/** As many lines as there is room for; the last one says how many rows it could not show. */
export function tableRows(tables: readonly TableView[], room: TableRoom): readonly string[] {
  const lines: string[] = [];
  for (const table of tables) {
    const rows = room.rows - lines.length;
    if (rows < ROWS_MIN || table.rows.length === 0) continue;
    lines.push(...linesOf(table, { ...room, rows }));
  }
  return lines;
}

function linesOf(table: TableView, { columns, rows, theme }: TableRoom): readonly string[] {
  const headings = [table.title, ...table.columns.slice(1)];
  const widths = shownWidths({ ...table, columns: headings }, columns - SYMBOL_COLUMNS);
  const heading = theme.faint(`${" ".repeat(SYMBOL_COLUMNS)}${cellsOf(headings, widths)}`);
  const isWhole = table.rows.length < rows;
  const shown = table.rows.slice(0, isWhole ? rows - 1 : Math.max(1, rows - 2));
  const body = shown.map(({ cells, isOff }) => {
    const text = `${isOff ? "!" : " "} ${cellsOf(cells, widths)}`;
    return isOff ? theme.alarm(fitTo(text, columns)) : text;
  });
  const hidden = table.rows.length - shown.length;
  const more = hidden > 0 && rows > ROWS_MIN ? [theme.faint(`  … ${hidden} more`)] : [];
  return [heading, ...body, ...more];
}

/** The first column is a name, the others are figures: those that there is room for. */
function shownWidths({ columns: names, rows }: TableView, room: number): readonly number[] {
  const widths = names.map((name, index) => {
    const most = index === 0 ? FIRST_COLUMNS_MAX : CELL_COLUMNS_MAX;
    const cells = [name, ...rows.map(({ cells: all }) => all[index] ?? "")];
    return Math.max(...cells.map((cell) => Bun.stringWidth(printable(cell, most))));
  });
  const fits = widths.filter((_, index) => {
    const upToHere = widths.slice(0, index + 1);
    return upToHere.reduce((sum, width) => sum + width + 1, -1) <= room;
  });
  return fits.length === 0 ? [room] : fits;
}

function cellsOf(cells: readonly string[], widths: readonly number[]): string {
  return widths
    .map((width, index) => {
      const text = printable(cells[index] ?? "", width);
      if (index === 0) return fitPlain(text, width);
      const gap = width - Bun.stringWidth(text);
      return gap < 0 ? fitTo(text, width) : " ".repeat(gap) + text;
    })
    .join(" ");
}
