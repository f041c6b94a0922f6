// The bytes that no row uses: with secure_delete SQLite leaves them zero, so one that is not was
// written by somebody else. Only where a page was filled anew from its neighbours pieces of old
// cells may lie between its pointers and its cells; there nothing can be told.
import type { Database } from "bun:sqlite";
import type { AuditProblem } from "./audit-rows.ts";
import { isSchemaOfOurs } from "./audit-schema.ts";
import { IN_MEMORY } from "./open-database.ts";
import { cellsOf, isLeaf, type PageHead, pageHeadOf, type Span } from "./page-cells.ts";
import { PageFile } from "./page-file.ts";

// sqlite.org/fileformat2.html, sections 1.3, 1.5 and 1.8.
const HEADER_BYTES = 100;
const TYPE_FREE = 2;
const TYPE_TREE = 5;
const POINTER_BYTES = 5;
const TRUNK_HEAD_BYTES = 8;
const OVERFLOW_HEAD_BYTES = 4;
const FREE_BLOCK_HEAD_BYTES = 4;
/** Of a page, together. */
const FRAGMENTS_MAX = 60;
const SQLITE_3 = 3;
/** More have no room on one page, whatever they hold. */
const ROWS_MAX = 200;
/** Of an entry of an index: its pointer, lengths and row. */
const ENTRY_BYTES_MAX = 24;
/** What a column's value may have been longer than it is, with its type. */
const COLUMN_BYTES_MAX = 24;

interface Stray {
  readonly page: number;
  /** In its page. */
  readonly byte: number;
}

interface Tree {
  readonly root: number;
  /** It has never become smaller by a page: its root was filled by itself alone. */
  readonly hasOwnRoot: boolean;
  /** Rows were only ever added behind the last: so were its leaves. */
  readonly hasOwnLeaves: boolean;
}

/**
 * The first such byte; undefined for a file that was once written without secure_delete: by a first
 * version, which could not give pages back, or by another program. All pages must have passed
 * SQLite's own check before.
 */
export function unusedProblem(db: Database): AuditProblem | undefined {
  const stray = strayIn(db);
  if (stray === undefined) return undefined;
  const reason = `byte ${stray.byte} of its page ${stray.page}, which no row uses, was changed`;
  return { row: "the file", firstBadId: null, reason };
}

function strayIn(db: Database): Stray | undefined {
  using file = new PageFile(isFile(db) ? db.filename : db.serialize());
  const header = file.page(1);
  if (header.readUInt32BE(64) === 0 || !isSchemaOfOurs(db)) return undefined;
  const inHeader = headerStray(header);
  if (inHeader !== undefined) return { page: 1, byte: inHeader };
  for (const tree of treesIn(db, file)) {
    const stray = strayInTree(file, { tree, page: tree.root });
    if (stray) return stray;
  }
  return strayInMaps(file) ?? strayOnFreePages(file) ?? strayBehind(file);
}

/** And no copy in memory. */
function isFile({ filename }: Database): boolean {
  return filename !== "" && filename !== IN_MEMORY;
}

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly rootpage: number;
}

/** No row of ours is ever deleted, so that a table never shrinks, nor do the indexes of events. */
function treesIn(db: Database, file: PageFile): readonly Tree[] {
  const isCompacted =
    db.query("SELECT 1 FROM audit_events WHERE type = 'audit_compacted' LIMIT 1").get() !== null;
  const trees = db
    .query<SchemaRow, []>("SELECT * FROM sqlite_schema WHERE rootpage > 0")
    .all()
    .map((row): Tree => {
      const isOfEvents = row.tbl_name === "audit_events";
      const isTable = row.type === "table";
      return {
        root: row.rootpage,
        hasOwnRoot: isTable || isOfEvents || fitsOnPage(db, { row, file }),
        hasOwnLeaves: isTable && isOfEvents && !isCompacted,
      };
    });
  return [{ root: 1, hasOwnRoot: true, hasOwnLeaves: false }, ...trees];
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
  return most + HEADER_BYTES < file.usableBytes;
}

/** What SQLite reads from the header, it has checked. */
function headerStray(header: Buffer): number | undefined {
  if (header.readUInt32BE(24) !== header.readUInt32BE(92)) return 24;
  if (header.readUInt32BE(64) !== 1) return 64;
  // What was never written to a file has neither count nor version.
  const major = header.readUInt32BE(92) === 0 ? 0 : SQLITE_3;
  if (Math.floor(header.readUInt32BE(96) / 1_000_000) !== major) return 96;
  return [...spanOf(header, { from: 48, to: 52 }), ...spanOf(header, { from: 72, to: 92 })][0];
}

interface Place {
  readonly tree: Tree;
  readonly page: number;
}

function strayInTree(file: PageFile, { tree, page }: Place): Stray | undefined {
  const bytes = file.page(page);
  const head = headOf(file, page);
  const cells = cellsOf(bytes, { head, usableBytes: file.usableBytes });
  const used = [...cells.map(({ span }) => span), ...freeBlockHeads(bytes, head)];
  const spans = [...between(used, { from: head.contentAt, to: bytes.length })];
  const isOwn = page === tree.root ? tree.hasOwnRoot : tree.hasOwnLeaves && isLeaf(head);
  const stray = strayAmong(bytes, { page, spans });
  if (stray) return stray;
  const gap = { from: endOfOldPointers(bytes, head), to: isOwn ? head.contentAt : 0 };
  const left = (at: number) => isOfOldBlock(bytes, { at, usableBytes: file.usableBytes });
  const byte = spanOf(bytes, gap).find((at) => !left(at));
  if (byte !== undefined) return { page, byte };
  for (const { overflow } of cells) {
    const behind = overflow && strayAfter(file, overflow);
    if (behind) return behind;
  }
  for (const child of [...cells.map((cell) => cell.child), head.lastChild]) {
    const below = child && strayInTree(file, { tree, page: child });
    if (below) return below;
  }
  return undefined;
}

function headOf(file: PageFile, page: number): PageHead {
  return pageHeadOf(file.page(page), page === 1 ? HEADER_BYTES : 0);
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
 * When a page becomes empty the head of its last free block stays: no next one, and how far it is
 * to the end, but for fragments. A cell that lay over its last byte has taken that along.
 */
function isOfOldBlock(bytes: Buffer, { at, usableBytes }: Offset): boolean {
  return [at - 2, at - 3].some((block) => {
    const [next, size] = [bytes.readUInt16BE(block), bytes.readUInt16BE(block + 2)];
    const [least, most] = [usableBytes - FRAGMENTS_MAX - block, usableBytes - block];
    const isCut = (size & 0xff) === 0 && [least, most].some((whole) => whole >> 8 === size >> 8);
    return next === 0 && ((size >= least && size <= most) || isCut);
  });
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
  const from = OVERFLOW_HEAD_BYTES + left;
  return strayAmong(bytes, { page, spans: [{ from, to: bytes.length }] });
}

/** A trunk names free pages; what it named before is left behind its list. */
function strayOnFreePages(file: PageFile): Stray | undefined {
  let trunk = file.page(1).readUInt32BE(32);
  for (let seen = 0; trunk !== 0 && seen < file.pageCount; seen += 1) {
    const bytes = file.page(trunk);
    const listEnd = TRUNK_HEAD_BYTES + bytes.readUInt32BE(4) * 4;
    const rest = { from: endOfNumbers(bytes, listEnd), to: bytes.length };
    const behind = strayAmong(bytes, { page: trunk, spans: [rest] });
    if (behind) return behind;
    for (let at = TRUNK_HEAD_BYTES; at < listEnd; at += 4) {
      const page = bytes.readUInt32BE(at);
      const free = file.page(page);
      const stray = strayAmong(free, { page, spans: [{ from: 0, to: free.length }] });
      if (stray) return stray;
    }
    trunk = bytes.readUInt32BE(0);
  }
  return undefined;
}

/** Behind the list stands what it named last, without a gap. */
function endOfNumbers(bytes: Buffer, from: number): number {
  let at = from;
  while (at + 4 <= bytes.length && bytes.readUInt32BE(at) !== 0) at += 4;
  return at;
}

/** Entries of pages that were given back may be left; what is none of an entry is zero. */
function strayInMaps(file: PageFile): Stray | undefined {
  const entries = Math.floor(file.usableBytes / POINTER_BYTES);
  for (let page = 2; page <= file.pageCount; page = file.nextMap(page)) {
    const bytes = file.page(page);
    const used = Math.max(0, file.pageCount - page);
    for (let entry = used; entry < entries; entry += 1) {
      const at = entry * POINTER_BYTES;
      const [type, parent] = [bytes.readUInt8(at), bytes.readUInt32BE(at + 1)];
      const isLeft = type > TYPE_FREE && type <= TYPE_TREE ? parent > 0 : parent === 0;
      if (!isLeft || type > TYPE_TREE) return { page, byte: at };
    }
    const spans = [{ from: entries * POINTER_BYTES, to: bytes.length }];
    const stray = strayAmong(bytes, { page, spans });
    if (stray) return stray;
  }
  return undefined;
}

/** A log may not have been brought into the file yet. */
function strayBehind(file: PageFile): Stray | undefined {
  const isLonger = !file.hasLog && file.fileBytes > file.pageCount * file.pageBytes;
  return isLonger ? { page: file.pageCount + 1, byte: 0 } : undefined;
}

function strayAmong(
  bytes: Buffer,
  { page, spans }: { readonly page: number; readonly spans: readonly Span[] },
): Stray | undefined {
  for (const span of spans) {
    const [byte] = spanOf(bytes, span);
    if (byte !== undefined) return { page, byte };
  }
  return undefined;
}

/** Where in it bytes are not zero. */
function spanOf(bytes: Buffer, { from, to }: Span): readonly number[] {
  const set: number[] = [];
  for (let at = from; at < to; at += 1) if (bytes[at] !== 0) set.push(at);
  return set;
}

/** What lies in the whole and in none of the parts. */
function between(parts: readonly Span[], whole: Span): readonly Span[] {
  const spans: Span[] = [];
  let from = whole.from;
  for (const part of parts.toSorted((left, right) => left.from - right.from)) {
    if (part.from > from) spans.push({ from, to: part.from });
    from = Math.max(from, part.to);
  }
  return from < whole.to ? [...spans, { from, to: whole.to }] : spans;
}
