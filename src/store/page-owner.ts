// Whose a page is: for people, who are told of a byte on it.
import type { Database } from "bun:sqlite";
import { type Cell, cellsOf, pageHeadOf } from "./page-cells.ts";
import { FIRST_PAGE_HEAD_AT, OVERFLOW_HEAD_BYTES, type PageFile } from "./page-file.ts";
import type { Stray } from "./stray-bytes.ts";

interface Owner {
  readonly type: string;
  readonly name: string;
  readonly rootpage: number;
}

const SCHEMA: Owner = { type: "table", name: "sqlite_schema", rootpage: 1 };

/** `table tickets, beside its row 3`; undefined for a page that is of no tree. */
export function ownerOf(db: Database, file: PageFile, stray: Stray): string | undefined {
  const trees = db.query<Owner, []>("SELECT * FROM sqlite_schema WHERE rootpage > 0").all();
  for (const { type, name, rootpage } of [SCHEMA, ...trees]) {
    const found = findBelow(file, { root: rootpage, stray });
    if (found) return `${type} ${name}${found.row ? `, beside its row ${found.row}` : ""}`;
  }
  return undefined;
}

interface Search {
  readonly root: number;
  readonly stray: Stray;
}

/** An index has no rows of its own. */
type Found = Pick<Cell, "row">;

function findBelow(file: PageFile, { root, stray }: Search): Found | undefined {
  const { cells, lastChild } = read(file, root);
  if (root === stray.page) return nearest(cells, stray.byte) ?? { row: undefined };
  const long = cells.find((cell) => overflowPages(file, cell).includes(stray.page));
  if (long) return long;
  for (const child of [...cells.map((cell) => cell.child), lastChild]) {
    const found = child === undefined ? undefined : findBelow(file, { root: child, stray });
    if (found) return found;
  }
  return undefined;
}

function nearest(cells: readonly Cell[], byte: number): Cell | undefined {
  const far = ({ span }: Cell) => Math.max(span.from - byte, byte - span.to);
  return cells.toSorted((left, right) => far(left) - far(right))[0];
}

function overflowPages(file: PageFile, { overflow }: Cell): readonly number[] {
  const pages: number[] = [];
  if (!overflow) return pages;
  const room = file.usableBytes - OVERFLOW_HEAD_BYTES;
  let { page } = overflow;
  for (let left = overflow.bytes; left > 0; left -= room) {
    pages.push(page);
    page = file.page(page).readUInt32BE(0);
  }
  return pages;
}

function read(file: PageFile, page: number) {
  const bytes = file.page(page);
  const head = pageHeadOf(bytes, page === 1 ? FIRST_PAGE_HEAD_AT : 0);
  return { cells: cellsOf(bytes, { head, usableBytes: file.usableBytes }), ...head };
}
