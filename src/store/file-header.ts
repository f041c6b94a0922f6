// The first hundred bytes of a database: what of them is known, and who has written them. They are
// described in sqlite.org/fileformat2.html, section 1.3.
import { statSync } from "node:fs";
import type { AuditProblem } from "./audit-rows.ts";
import { HeldFile } from "./held-files.ts";
import { APPLICATION_ID } from "./schema.ts";

const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";
const LARGEST_ROOT_AT = 52;
const GIVES_BACK_AT = 64;
const APPLICATION_AT = 68;
const COUNT_AT = 24;
const PAGES_AT = 28;
const VALID_FOR_AT = 92;
const SQLITE_AT = 96;
const SQLITE_3 = 3;

interface Field {
  readonly name: string;
  readonly at: number;
  readonly bytes: readonly number[];
}

/** As SQLite writes them for each file of ours; it does not mind all of them itself. */
const FIXED: readonly Field[] = [
  { name: "space kept back on each page", at: 20, bytes: [0] },
  { name: "payload fractions", at: 21, bytes: [64, 32, 32] },
  { name: "schema format", at: 44, bytes: [0, 0, 0, 4] },
  { name: "size of a cache", at: 48, bytes: [0, 0, 0, 0] },
  { name: "text encoding", at: 56, bytes: [0, 0, 0, 1] },
  { name: "reserved bytes", at: 72, bytes: new Array(20).fill(0) },
];

/** Without what SQLite and the schema's own look have checked before. */
export function headerProblem(header: Buffer): AuditProblem | undefined {
  const name = formatFault(header) ?? fixedFault(header) ?? countFault(header);
  return name === undefined ? undefined : problemOf(name);
}

/** Of a file of ours that nobody has opened yet: an opening would write over it. */
export function unopenedProblem(path: string): AuditProblem | undefined {
  const header = readHeader(path);
  if (header.length < HEADER_BYTES) return undefined;
  const isOurs = header.readUInt32BE(APPLICATION_AT) === APPLICATION_ID;
  const name = isOurs ? formatFault(header) : undefined;
  return name === undefined ? undefined : problemOf(name);
}

/** A file of SQLite to which no table was written: what there was is in its log, or nowhere. */
export function isBlank(path: string): boolean {
  const header = readHeader(path);
  if (header.length < HEADER_BYTES || header.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    return false;
  }
  return header.readUInt32BE(PAGES_AT) <= 1 && header.readUInt32BE(APPLICATION_AT) === 0;
}

/** `3.53.4`: whose SQLite wrote it last; undefined for what was never in a file. */
export function writerOf(header: Buffer): string | undefined {
  const version = header.readUInt32BE(SQLITE_AT);
  if (version === 0) return undefined;
  const [major, minor] = [Math.floor(version / 1_000_000), Math.floor(version / 1_000) % 1_000];
  return `${major}.${minor}.${version % 1_000}`;
}

/** Whether it can give pages back: those of the first version cannot. */
export function givesPagesBack(header: Buffer): boolean {
  return header.readUInt32BE(LARGEST_ROOT_AT) !== 0;
}

/** Shorter where there is less, or nothing that may be read: opening it says why. */
function readHeader(path: string): Buffer {
  try {
    // Opening a pipe would wait for who writes to it.
    if (!statSync(path).isFile()) return Buffer.alloc(0);
    using file = new HeldFile(path);
    return file.read({ from: 0, length: HEADER_BYTES });
  } catch {
    return Buffer.alloc(0);
  }
}

/** With a log, or without one: both say the same. */
function formatFault(header: Buffer): string | undefined {
  const [write, read] = [header.readUInt8(18), header.readUInt8(19)];
  return write === read && (read === 1 || read === 2) ? undefined : "format (bytes 18 and 19)";
}

function fixedFault(header: Buffer): string | undefined {
  const wrong = FIXED.find(({ at, bytes }) => bytes.some((byte, own) => header[at + own] !== byte));
  return wrong && `${wrong.name} (from byte ${wrong.at})`;
}

function countFault(header: Buffer): string | undefined {
  if (header.readUInt32BE(GIVES_BACK_AT) !== Number(givesPagesBack(header))) {
    return `way of giving pages back (from byte ${GIVES_BACK_AT})`;
  }
  if (header.readUInt32BE(COUNT_AT) !== header.readUInt32BE(VALID_FOR_AT)) {
    return `count of changes (from bytes ${COUNT_AT} and ${VALID_FOR_AT})`;
  }
  // What was never written to a file has neither count nor version.
  const major = header.readUInt32BE(VALID_FOR_AT) === 0 ? 0 : SQLITE_3;
  const isWritten = Math.floor(header.readUInt32BE(SQLITE_AT) / 1_000_000) === major;
  return isWritten ? undefined : `version of SQLite (from byte ${SQLITE_AT})`;
}

function problemOf(name: string): AuditProblem {
  return { row: "the file", firstBadId: null, reason: `its header was changed: ${name}` };
}
