// The bytes of a tree that no row uses. Only where a page was filled anew from its neighbours may
// pieces of old cells lie between its pointers and its cells; there nothing can be told.
import type { Database } from "bun:sqlite";
import { loneByte } from "./lone-byte.ts";
import { endOfOldList } from "./old-free-list.ts";
import { cellsOf, isLeaf, type PageHead, pageHeadOf, type Span } from "./page-cells.ts";
import { FIRST_PAGE_HEAD_AT, OVERFLOW_HEAD_BYTES, type PageFile } from "./page-file.ts";
import { between, bytesSet, type Stray, strayAmong } from "./stray-bytes.ts";

// sqlite.org/fileformat2.html, sections 1.3 and 1.6.
const FREE_BLOCK_HEAD_BYTES = 4;
/** Of a page, together. */
const FRAGMENTS_MAX = 60;
/** More have no room on one page, whatever they hold. */
const ROWS_MAX = 200;
/** Of an entry of an index: its pointer, lengths and row. */
const ENTRY_BYTES_MAX = 24;
/** What a column's value may have been longer than it is, with its type. */
const COLUMN_BYTES_MAX = 24;

export interface Tree {
  readonly root: number;
  /** It has never become smaller by a page: its root was filled by itself alone. */
  readonly hasOwnRoot: boolean;
  /** Rows were only ever added behind the last: so were its leaves. */
  readonly hasOwnLeaves: boolean;
  /** An index of some of the rows: cells are taken out of it, and leave their pointers behind. */
  readonly losesCells: boolean;
}

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly rootpage: number;
  readonly sql: string | null;
}

/**
 * No row of ours is ever deleted, so that a table never shrinks, nor do the indexes of events: one
 * that becomes shorter leaves its page to itself.
 */
export function treesIn(db: Database, file: PageFile): readonly Tree[] {
  const trees = db
    .query<SchemaRow, []>("SELECT * FROM sqlite_schema WHERE rootpage > 0")
    .all()
    .map((row): Tree => {
      const isOfEvents = row.tbl_name === "audit_events";
      const isTable = row.type === "table";
      return {
        root: row.rootpage,
        hasOwnRoot: isTable || isOfEvents || fitsOnPage(db, { row, file }),
        hasOwnLeaves: isTable && isOfEvents,
        losesCells: !isTable && !isOfEvents && /\bWHERE\b/.test(row.sql ?? ""),
      };
    });
  const ofSchema = { root: 1, hasOwnRoot: true, hasOwnLeaves: false, losesCells: false };
  return [ofSchema, ...trees];
}

/** Whether an index would, and did, even with every row of its table in it. */
function fitsOnPage(
  db: Database,
  { row, file }: { readonly row: SchemaRow; readonly file: PageFile },
): boolean {
  const columns = db
    .query<{ name: string }, [string]>("SELECT name FROM pragma_index_info(?)")
    .all(row.name);
  const total = columns.map(({ name }) => `total(length(CAST(${name} AS BLOB)))`).join(" + ");
  const found = db
    .query<{ rows: number; bytes: number }, []>(
      `SELECT count(*) AS rows, ${total} AS bytes
      FROM (SELECT * FROM ${row.tbl_name} LIMIT ${ROWS_MAX})`,
    )
    .get();
  if (!found) return false;
  const most = found.rows * (ENTRY_BYTES_MAX + COLUMN_BYTES_MAX * columns.length) + found.bytes;
  return most + FIRST_PAGE_HEAD_AT < file.usableBytes;
}

interface Place {
  readonly tree: Tree;
  readonly page: number;
}

export function* straysInTree(file: PageFile, { tree, page }: Place): Generator<Stray> {
  const bytes = file.page(page);
  const head = headOf(file, page);
  const cells = cellsOf(bytes, { head, usableBytes: file.usableBytes });
  const used = [...cells.map(({ span }) => span), ...freeBlockHeads(bytes, head)];
  const spans = [...between(used, { from: head.contentAt, to: bytes.length })];
  const isOwn = page === tree.root ? tree.hasOwnRoot : tree.hasOwnLeaves && isLeaf(head);
  const stray = strayAmong(bytes, { page, spans });
  if (stray) yield stray;
  // Dividers of an inner page are all taken out at times, and put back.
  const isLeft = tree.losesCells || !isLeaf(head);
  const pointersEnd = isLeft ? endOfOldPointers(bytes, head) : head.pointersEnd;
  const from = endOfOldList(bytes, pointersEnd);
  const left = (at: number) => isLeft && isOfOldBlock(bytes, { at, usableBytes: file.usableBytes });
  const gap = { from, to: head.contentAt };
  const byte = isOwn ? bytesSet(bytes, gap).find((at) => !left(at)) : loneByte(bytes, gap);
  if (byte !== undefined) yield { page, byte, ...(isOwn ? {} : { mayBeLeft: true }) };
  for (const { overflow } of cells) {
    const behind = overflow && strayAfter(file, overflow);
    if (behind) yield behind;
  }
  for (const child of [...cells.map((cell) => cell.child), head.lastChild]) {
    if (child) yield* straysInTree(file, { tree, page: child });
  }
}

function headOf(file: PageFile, page: number): PageHead {
  return pageHeadOf(file.page(page), page === 1 ? FIRST_PAGE_HEAD_AT : 0);
}

/** Where cells were removed, pointers stay behind the last one. */
function endOfOldPointers(bytes: Buffer, { pointersEnd, contentAt }: PageHead): number {
  const isPointer = (cell: number) => cell >= pointersEnd && cell < bytes.length;
  let at = pointersEnd;
  while (at + 2 <= contentAt && isPointer(bytes.readUInt16BE(at))) at += 2;
  return at;
}

interface Offset {
  readonly at: number;
  readonly usableBytes: number;
}

/**
 * When a page becomes empty the heads of its last free blocks stay: where the next one is, or none,
 * and how far it is to there, but for fragments. Two are left where fragments kept them apart.
 */
function isOfOldBlock(bytes: Buffer, { at, usableBytes }: Offset): boolean {
  return [at, at - 1, at - 2, at - 3].some((block) =>
    isOldBlock(bytes, { at: block, usableBytes }),
  );
}

function isOldBlock(bytes: Buffer, { at, usableBytes }: Offset): boolean {
  if (at + FREE_BLOCK_HEAD_BYTES > bytes.length) return false;
  const [next, size] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)];
  const end = next === 0 ? usableBytes : next;
  const [least, most] = [end - FRAGMENTS_MAX - at, end - at];
  if (size >= Math.max(least, FREE_BLOCK_HEAD_BYTES) && size <= most) return true;
  // A cell that lay over its last byte has taken that along.
  const isTold = next === 0 || size > 0 || (next > 0xff && (next & 0xff) !== 0);
  const isCut = (size & 0xff) === 0 && [least, most].some((whole) => whole >> 8 === size >> 8);
  return isTold && isCut;
}

/** Of a block that was freed, where the next one is and how long it is stay in its first bytes. */
function freeBlockHeads(bytes: Buffer, { firstFreeBlock }: PageHead): readonly Span[] {
  const heads: Span[] = [];
  let at = firstFreeBlock;
  while (at !== 0 && heads.length < bytes.length) {
    heads.push({ from: at, to: at + FREE_BLOCK_HEAD_BYTES });
    at = bytes.readUInt16BE(at);
  }
  return heads;
}

interface Overflow {
  readonly page: number;
  readonly bytes: number;
}

/** The rest of the last page of a long value. */
function strayAfter(file: PageFile, overflow: Overflow): Stray | undefined {
  const room = file.usableBytes - OVERFLOW_HEAD_BYTES;
  let { page, bytes: left } = overflow;
  for (; left > room; left -= room) page = file.page(page).readUInt32BE(0);
  const bytes = file.page(page);
  const from = endOfOldList(bytes, OVERFLOW_HEAD_BYTES + left);
  return strayAmong(bytes, { page, spans: [{ from, to: bytes.length }] });
}
