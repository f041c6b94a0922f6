// How far the write-ahead log was committed, as the processes that use it have it in the file -shm:
// sqlite.org/walformat.html, section 2.1. Behind a process that was killed it stays.
import { endianness } from "node:os";
import { readBeside } from "./file-beside.ts";

/** The header stands there twice: who writes it may be in the middle. */
const HEADER_BYTES = 48;
const FRAMES_AT = 16;
const SALTS_AT = 32;
const SALTS_BYTES = 8;
const INIT_AT = 12;
/** Behind both headers: what a checkpoint has brought into the file. */
const SAVED_AT = 2 * HEADER_BYTES;
const INDEX_BYTES = SAVED_AT + 4;

export interface LogEnd {
  /** Whole frames that are committed. */
  readonly frames: number;
  /** Of these, those that are in the file itself, too. */
  readonly saved: number;
  /** Of the log that is meant. */
  readonly salts: Buffer;
}

/** Undefined where nobody has the log in use, or somebody is just writing. */
export function logEndOf(path: string): LogEnd | undefined {
  const bytes = readBeside(path, "-shm").subarray(0, INDEX_BYTES);
  const [first, second] = [bytes.subarray(0, HEADER_BYTES), bytes.subarray(HEADER_BYTES, SAVED_AT)];
  const isWhole = bytes.length === INDEX_BYTES && first.equals(second);
  if (!isWhole || first.readUInt8(INIT_AT) !== 1) return undefined;
  const numberAt = (at: number) =>
    endianness() === "BE" ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
  return {
    frames: numberAt(FRAMES_AT),
    saved: numberAt(SAVED_AT),
    salts: first.subarray(SALTS_AT, SALTS_AT + SALTS_BYTES),
  };
}
