// The write-ahead log beside the file. SQLite reads it to the first frame that does not fit, and
// takes what comes after for never written: a changed byte there would silently undo commits.
import { readFileSync } from "node:fs";
import type { AuditProblem } from "./audit-rows.ts";

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
 * A commit that stands after a frame that does not fit. A crash leaves frames behind that do not
 * fit, but no commit among them.
 */
export function walProblem(path: string): AuditProblem | undefined {
  const frame = firstBadFrame(readLog(path));
  // A log that begins anew while it is read looks the same once, but not twice.
  if (frame === undefined || firstBadFrame(readLog(path)) !== frame) return undefined;
  const reason = `frame ${frame} of its write-ahead log was changed: what follows is not read`;
  return { row: "the file", firstBadId: null, reason };
}

function readLog(path: string): Buffer {
  try {
    return readFileSync(`${path}-wal`);
  } catch {
    return Buffer.alloc(0); // there is none, which is how a file is left by its last process
  }
}

/** From 1; 0 for the header; undefined where all that was written fits. */
function firstBadFrame(log: Buffer): number | undefined {
  if (log.length <= HEADER_BYTES) return undefined;
  const isBig = (log.readUInt32BE(0) & BIG_ENDIAN) !== 0;
  const sum = checksum(log.subarray(0, CHECKED_OF_HEADER), { isBig, from: [0, 0] });
  const isOurs = (log.readUInt32BE(0) & ~BIG_ENDIAN) >>> 0 === MAGIC;
  if (!isOurs || !holds(log, 24, sum)) return 0;
  return badFrameAfter(log, { isBig, from: sum });
}

function badFrameAfter(log: Buffer, { isBig, from }: Checking): number | undefined {
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8);
  const salts = log.subarray(16, 16 + SALTS_BYTES);
  let sum = from;
  let bad: number | undefined;
  for (let number = 1; HEADER_BYTES + number * frameBytes <= log.length; number += 1) {
    const start = HEADER_BYTES + (number - 1) * frameBytes;
    const frame = log.subarray(start, start + frameBytes);
    const isOfThisLog = frame.subarray(8, 8 + SALTS_BYTES).equals(salts);
    if (bad !== undefined && isOfThisLog && isCommit(frame)) return bad;
    if (bad !== undefined) continue;
    const head = checksum(frame.subarray(0, CHECKED_OF_FRAME_HEADER), { isBig, from: sum });
    sum = checksum(frame.subarray(FRAME_HEADER_BYTES), { isBig, from: head });
    if (!isOfThisLog || !holds(frame, 16, sum)) bad = number;
  }
  return undefined;
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
