// The pages of a database as they are stored, with what its write-ahead log has of them in place of
// what the file has: sqlite.org/fileformat2.html. Read while a transaction holds the moment.
import { committedPages } from "./audit-wal.ts";
import { HeldFile, type Piece } from "./held-files.ts";

/** Of the first page, whose own head stands behind the file's. */
export const FIRST_PAGE_HEAD_AT = 100;
/** What a page of a long value begins with: where the next one is. */
export const OVERFLOW_HEAD_BYTES = 4;
const LARGEST_PAGE = 65_536;
const LARGEST_PAGE_AS_STORED = 1;
/** The page with this byte is for locks, and holds nothing. */
const LOCK_BYTE = 0x40000000;
const POINTER_BYTES = 5;

export class PageFile implements Disposable {
  readonly pageBytes: number;
  /** Without those that the header reserves at the end of each page. */
  readonly usableBytes: number;
  readonly pageCount: number;
  /** Of the file itself, whatever the log has. */
  readonly fileBytes: number;
  readonly #source: Source;
  readonly #logged: ReadonlyMap<number, Buffer>;

  /** A path, or all bytes of a copy in memory. Throws what opening and reading the file throw. */
  constructor(source: string | Uint8Array) {
    const isFile = typeof source === "string";
    this.#logged = isFile ? committedPages(source) : new Map();
    this.#source = isFile ? new HeldFile(source) : source;
    this.fileBytes = sizeOf(this.#source);
    const header = this.#logged.get(1) ?? this.#read(0, FIRST_PAGE_HEAD_AT);
    const stored = header.readUInt16BE(16);
    this.pageBytes = stored === LARGEST_PAGE_AS_STORED ? LARGEST_PAGE : stored;
    this.usableBytes = this.pageBytes - header.readUInt8(20);
    this.pageCount = header.readUInt32BE(28);
  }

  [Symbol.dispose](): void {
    if (this.#source instanceof HeldFile) this.#source[Symbol.dispose]();
  }

  get hasLog(): boolean {
    return this.#logged.size > 0;
  }

  /** From 1. Throws a RangeError for one that is not there. */
  page(number: number): Buffer {
    if (number < 1 || number > this.pageCount) throw new RangeError(`there is no page ${number}`);
    const logged = this.#logged.get(number);
    return logged ?? this.#read((number - 1) * this.pageBytes, this.pageBytes);
  }

  /** After page 2, the first of those that say what others are. */
  nextMap(map: number): number {
    const apart = Math.floor(this.usableBytes / POINTER_BYTES) + 1;
    const next = (Math.floor((map - 2) / apart) + 1) * apart + 2;
    return next === Math.floor(LOCK_BYTE / this.pageBytes) + 1 ? next + 1 : next;
  }

  #read(from: number, length: number): Buffer {
    const bytes = readAt(this.#source, { from, length });
    if (bytes.length === length) return bytes;
    throw new RangeError(`the file ends before its byte ${from + length}`);
  }
}

type Source = HeldFile | Uint8Array;

function sizeOf(source: Source): number {
  return source instanceof HeldFile ? source.size : source.length;
}

function readAt(source: Source, { from, length }: Piece): Buffer {
  if (source instanceof HeldFile) return source.read({ from, length });
  return Buffer.from(source.subarray(from, from + length));
}
