// The write-ahead log beside the file. SQLite reads it to the first frame that does not fit, and
// takes what comes after for never written: a changed byte there would silently undo commits.
import { existsSync } from "node:fs";
import type { AuditProblem } from "./audit-rows.ts";
import { readBeside } from "./file-beside.ts";
import { type LogEnd, logEndOf } from "./wal-index.ts";

// sqlite.org/fileformat2.html, section 4: the log's header, and a header before each page.
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const CHECKED_OF_HEADER = 24;
const CHECKED_OF_FRAME_HEADER = 8;
const MAGIC = 0x377f0682;
/** In the magic number: checksums are made of big-endian words. */
const BIG_ENDIAN = 1;
const SALTS_BYTES = 8;

/**
 * A frame that does not fit, and after it a commit, or the word of who used the log that it was
 * committed. A crash leaves frames behind that do not fit, but no commit among them.
 */
export function walProblem(path: string): AuditProblem | undefined {
  const frame = twice(() => badFrameIn(path));
  if (frame === undefined) return lostLogProblem(path);
  const reason = `frame ${frame} of its write-ahead log was changed: what follows is not read`;
  return { row: "the file", firstBadId: null, reason };
}

/** To be asked before the file is opened: then SQLite takes the log for one that never was. */
export function lostLogProblem(path: string): AuditProblem | undefined {
  const frames = twice(() => lostFramesOf(path));
  if (frames === undefined) return undefined;
  const reason = `its write-ahead log is gone, with ${frames} frames that are not in the file yet`;
  return { row: "the file", firstBadId: null, reason };
}

/** What it was the log of is gone: whoever makes a new file there takes it away. */
export function loneLogProblem(path: string): AuditProblem | undefined {
  if (existsSync(path) || !hasLog(path)) return undefined;
  const reason = "it is gone, and its write-ahead log is there";
  return { row: "the file", firstBadId: null, reason };
}

/** A log that begins anew while it is read looks the same once, but not twice. */
function twice(look: () => number | undefined): number | undefined {
  const found = look();
  return found !== undefined && look() === found ? found : undefined;
}

function readLog(path: string): Buffer {
  return readBeside(path, "-wal");
}

/** Each page that it holds, as its last commit left it; none where there is no log. */
export function committedPages(path: string): ReadonlyMap<number, Buffer> {
  const pages = new Map<number, Buffer>();
  const begun = new Map<number, Buffer>();
  for (const frame of fittingFrames(readLog(path))) {
    begun.set(frame.readUInt32BE(0), frame.subarray(FRAME_HEADER_BYTES));
    if (!isCommit(frame)) continue;
    for (const [number, page] of begun) pages.set(number, page);
    begun.clear();
  }
  return pages;
}

export interface LogContent {
  /** Of this log: another has others. */
  readonly salts: Buffer;
  readonly pageBytes: number;
  readonly frames: readonly { readonly number: number; readonly page: Buffer }[];
}

/** All that fits, committed or not; undefined where there is no log. */
export function logContent(path: string): LogContent | undefined {
  const log = readLog(path);
  if (!checkedHeader(log)) return undefined;
  const frames = [...fittingFrames(log)].map((frame) => {
    return { number: frame.readUInt32BE(0), page: frame.subarray(FRAME_HEADER_BYTES) };
  });
  return { salts: saltsOf(log), pageBytes: log.readUInt32BE(8), frames };
}

/** The end first: the log may only become longer meanwhile, or another one. */
function badFrameIn(path: string): number | undefined {
  const end = logEndOf(path);
  return firstBadFrame(readLog(path), end);
}

/** What was written last may be there alone. */
export function hasLog(path: string): boolean {
  return readLog(path).length > HEADER_BYTES;
}

/** What its last user had in it; who closes the file brings all of it there before. */
function lostFramesOf(path: string): number | undefined {
  const end = logEndOf(path);
  if (!end || end.frames <= end.saved || hasLog(path)) return undefined;
  return end.frames - end.saved;
}

/** From 1; 0 for the header; undefined where all that was written fits. */
function firstBadFrame(log: Buffer, end: LogEnd | undefined): number | undefined {
  if (log.length <= HEADER_BYTES) return undefined;
  if (!checkedHeader(log)) return 0;
  const fitting = [...fittingFrames(log)].length;
  const salts = saltsOf(log);
  if (end?.salts.equals(salts) && fitting < end.frames) return fitting + 1;
  for (const frame of framesOf(log, fitting + 1)) {
    if (frame.subarray(8, 8 + SALTS_BYTES).equals(salts) && isCommit(frame)) return fitting + 1;
  }
  return undefined;
}

/** As SQLite reads them: to the first that does not fit those before. */
function* fittingFrames(log: Buffer): Generator<Buffer> {
  const checked = checkedHeader(log);
  if (!checked) return;
  const { isBig } = checked;
  const salts = saltsOf(log);
  let sum = checked.from;
  for (const frame of framesOf(log, 0)) {
    const head = checksum(frame.subarray(0, CHECKED_OF_FRAME_HEADER), { isBig, from: sum });
    sum = checksum(frame.subarray(FRAME_HEADER_BYTES), { isBig, from: head });
    if (!frame.subarray(8, 8 + SALTS_BYTES).equals(salts) || !holds(frame, 16, sum)) return;
    yield frame;
  }
}

/** Whole ones, without the first `skipped`. */
function* framesOf(log: Buffer, skipped: number): Generator<Buffer> {
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8);
  let start = HEADER_BYTES + skipped * frameBytes;
  for (; start + frameBytes <= log.length; start += frameBytes) {
    yield log.subarray(start, start + frameBytes);
  }
}

/** Undefined for a header that is not as it was written. */
function checkedHeader(log: Buffer): Checking | undefined {
  if (log.length <= HEADER_BYTES) return undefined;
  const isBig = (log.readUInt32BE(0) & BIG_ENDIAN) !== 0;
  const sum = checksum(log.subarray(0, CHECKED_OF_HEADER), { isBig, from: [0, 0] });
  const isOurs = (log.readUInt32BE(0) & ~BIG_ENDIAN) >>> 0 === MAGIC;
  return isOurs && holds(log, 24, sum) ? { isBig, from: sum } : undefined;
}

function saltsOf(log: Buffer): Buffer {
  return log.subarray(16, 16 + SALTS_BYTES);
}

/** It says how many pages the file has from then on. */
function isCommit(frame: Buffer): boolean {
  return frame.readUInt32BE(4) !== 0;
}

type Sum = readonly [number, number];

interface Checking {
  readonly isBig: boolean;
  readonly from: Sum;
}

function checksum(bytes: Buffer, { isBig, from }: Checking): Sum {
  let [first, second] = from;
  for (let at = 0; at < bytes.length; at += 8) {
    const [left, right] = isBig
      ? [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
      : [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    first = (first + left + second) >>> 0;
    second = (second + right + first) >>> 0;
  }
  return [first, second];
}

function holds(bytes: Buffer, at: number, [first, second]: Sum): boolean {
  return bytes.readUInt32BE(at) === first && bytes.readUInt32BE(at + 4) === second;
}
