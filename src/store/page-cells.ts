// A page of a b-tree, read for what it holds and where: sqlite.org/fileformat2.html, section 1.6.
/** Bytes of a page, the last one excluded. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface PageHead {
  readonly type: number;
  readonly firstFreeBlock: number;
  readonly pointersAt: number;
  /** Where the pointers to its cells end, and the gap begins. */
  readonly pointersEnd: number;
  /** Where the gap ends. */
  readonly contentAt: number;
  /** Of a page that is no leaf. */
  readonly lastChild: number | undefined;
}

export interface Cell {
  readonly span: Span;
  /** Of a leaf of a table. */
  readonly row: number | undefined;
  /** The page of what comes before it. */
  readonly child: number | undefined;
  /** The first page of what did not fit, and how much that is. */
  readonly overflow: { readonly page: number; readonly bytes: number } | undefined;
}

const INDEX_INNER = 2;
const TABLE_INNER = 5;
const INDEX_LEAF = 10;
const TABLE_LEAF = 13;
const CHILD_BYTES = 4;
const OVERFLOW_POINTER_BYTES = 4;
/** A shorter cell takes as much. */
const CELL_BYTES_MIN = 4;
const VARINT_BYTES_MAX = 9;

/**
 * `from` is where its head stands: behind the file's own, on the first page. All here throws a
 * RangeError for a page that is none of a tree.
 */
export function pageHeadOf(bytes: Buffer, from: number): PageHead {
  const type = bytes.readUInt8(from);
  const isKnown = [INDEX_INNER, TABLE_INNER, INDEX_LEAF, TABLE_LEAF].includes(type);
  if (!isKnown) throw new RangeError(`a page of a tree has no such type: ${type}`);
  const pointersAt = from + (isInner(type) ? 12 : 8);
  const pointersEnd = pointersAt + 2 * bytes.readUInt16BE(from + 3);
  const contentAt = bytes.readUInt16BE(from + 5) || 65_536;
  const firstFreeBlock = bytes.readUInt16BE(from + 1);
  const lastChild = isInner(type) ? bytes.readUInt32BE(from + 8) : undefined;
  return { type, firstFreeBlock, pointersAt, pointersEnd, contentAt, lastChild };
}

interface OfPage {
  readonly head: PageHead;
  readonly usableBytes: number;
}

export function cellsOf(bytes: Buffer, { head, usableBytes }: OfPage): readonly Cell[] {
  const cells: Cell[] = [];
  for (let at = head.pointersAt; at < head.pointersEnd; at += 2) {
    const from = bytes.readUInt16BE(at);
    cells.push(cellAt(bytes, { from, type: head.type, usableBytes }));
  }
  return cells;
}

interface CellPlace {
  readonly from: number;
  readonly type: number;
  readonly usableBytes: number;
}

function cellAt(bytes: Buffer, { from, type, usableBytes }: CellPlace): Cell {
  const child = isInner(type) ? bytes.readUInt32BE(from) : undefined;
  const [first, afterFirst] = varintAt(bytes, from + (isInner(type) ? CHILD_BYTES : 0));
  const none = { row: undefined, overflow: undefined };
  if (type === TABLE_INNER) return { ...none, span: { from, to: afterFirst }, child };
  const [row, payloadAt] =
    type === TABLE_LEAF ? varintAt(bytes, afterFirst) : [undefined, afterFirst];
  const local = localBytes(first, { type, usableBytes });
  const end = payloadAt + local;
  if (local === first) {
    const span = { from, to: Math.max(end, from + CELL_BYTES_MIN) };
    return { span, row, child, overflow: undefined };
  }
  const overflow = { page: bytes.readUInt32BE(end), bytes: first - local };
  return { span: { from, to: end + OVERFLOW_POINTER_BYTES }, row, child, overflow };
}

/** How much of a payload stands in its cell: section 1.6, "X", "M" and "K". */
function localBytes(payload: number, { type, usableBytes }: Omit<CellPlace, "from">): number {
  const indexMax = Math.floor(((usableBytes - 12) * 64) / 255) - 23;
  const most = type === TABLE_LEAF ? usableBytes - 35 : indexMax;
  if (payload <= most) return payload;
  const least = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const kept = least + ((payload - least) % (usableBytes - 4));
  return kept <= most ? kept : least;
}

/** The number, and where it ends. Exact below 2^53, as lengths and our ids are. */
function varintAt(bytes: Buffer, from: number): readonly [number, number] {
  let value = 0;
  for (let length = 1; length < VARINT_BYTES_MAX; length += 1) {
    const byte = bytes.readUInt8(from + length - 1);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, from + length];
  }
  return [value * 256 + bytes.readUInt8(from + 8), from + VARINT_BYTES_MAX];
}

export function isLeaf({ type }: PageHead): boolean {
  return !isInner(type);
}

function isInner(type: number): boolean {
  return type === INDEX_INNER || type === TABLE_INNER;
}
