// The pages of a database as they are stored, with what its write-ahead log has of them in place of
// what the file has: sqlite.org/fileformat2.html. Read while a transaction holds the moment.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { committedPages } from "./audit-wal.ts";

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
    this.#source = isFile ? { descriptor: openSync(source, "r") } : { bytes: source };
    this.fileBytes = sizeOf(this.#source);
    const header = this.#logged.get(1) ?? this.#read(0, FIRST_PAGE_HEAD_AT);
    const stored = header.readUInt16BE(16);
    this.pageBytes = stored === LARGEST_PAGE_AS_STORED ? LARGEST_PAGE : stored;
    this.usableBytes = this.pageBytes - header.readUInt8(20);
    this.pageCount = header.readUInt32BE(28);
  }

  [Symbol.dispose](): void {
    if ("descriptor" in this.#source) closeSync(this.#source.descriptor);
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

type Source = { readonly descriptor: number } | { readonly bytes: Uint8Array };

function sizeOf(source: Source): number {
  return "bytes" in source ? source.bytes.length : fstatSync(source.descriptor).size;
}

function readAt(source: Source, at: { readonly from: number; readonly length: number }): Buffer {
  const { from, length } = at;
  if ("bytes" in source) return Buffer.from(source.bytes.subarray(from, from + length));
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(source.descriptor, bytes, 0, length, from));
}
