// Small tables below the members, in whatever room is left.
import { expect, test } from "bun:test";
import { tableRows } from "../../src/panels/cluster-tables.ts";
import type { TableView } from "../../src/panels/view.ts";
import { canvasOf } from "./easel.ts";

const COUNTERS: TableView = {
  title: "counters",
  columns: ["key", "used", "limit"],
  rows: [
    { cells: ["steady", "61", "50"], isOff: true },
    { cells: ["bursty", "7", "40"], isOff: false },
    { cells: ["hot", "198", "200"], isOff: false },
  ],
};
const EMPTY: TableView = { title: "overrides", columns: ["key", "limit"], rows: [] };

function rowsOf(tables: readonly TableView[], columns: number, rows: number) {
  return tableRows(tables, { columns, rows, theme: canvasOf(columns, rows).theme });
}

test("a name to the left, figures to the right, and what is off stands out on a whole row", () => {
  expect(rowsOf([EMPTY, COUNTERS], 24, 10)).toEqual([
    "  counters used limit",
    "<alarm:! steady     61    50>",
    "  bursty      7    40",
    "  hot       198   200",
  ]);
});

test("rows that have no room are counted, figures that have none are left out", () => {
  expect(rowsOf([COUNTERS], 16, 3)).toEqual([
    "  counters used",
    "<alarm:! steady     61>",
    "  … 2 more",
  ]);
  expect(rowsOf([COUNTERS], 16, 2)).toHaveLength(2);
  expect(rowsOf([COUNTERS], 16, 1)).toEqual([]);
  expect(rowsOf([COUNTERS, COUNTERS], 40, 6)).toHaveLength(6);
});
