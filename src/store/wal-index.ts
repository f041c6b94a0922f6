// How far the write-ahead log was committed, as the processes that use it have it in the file -shm:
// sqlite.org/walformat.html, section 2.1. Behind a process that was killed it stays.
import { readFileSync } from "node:fs";
import { endianness } from "node:os";

/** The header stands there twice: who writes it may be in the middle. */
const HEADER_BYTES = 48;
const FRAMES_AT = 16;
const SALTS_AT = 32;
const SALTS_BYTES = 8;
const INIT_AT = 12;

export interface LogEnd {
  /** Whole frames that are committed. */
  readonly frames: number;
  /** Of the log that is meant. */
  readonly salts: Buffer;
}

/** Undefined where nobody has the log in use, or somebody is just writing. */
export function logEndOf(path: string): LogEnd | undefined {
  const bytes = readIndex(path);
  const [first, second] = [bytes.subarray(0, HEADER_BYTES), bytes.subarray(HEADER_BYTES)];
  const isWhole = bytes.length === 2 * HEADER_BYTES && first.equals(second);
  if (!isWhole || first.readUInt8(INIT_AT) !== 1) return undefined;
  const frames =
    endianness() === "BE" ? first.readUInt32BE(FRAMES_AT) : first.readUInt32LE(FRAMES_AT);
  return { frames, salts: first.subarray(SALTS_AT, SALTS_AT + SALTS_BYTES) };
}

function readIndex(path: string): Buffer {
  try {
    return readFileSync(`${path}-shm`).subarray(0, 2 * HEADER_BYTES);
  } catch {
    return Buffer.alloc(0); // there is none, which is how a file is left by its last process
  }
}
