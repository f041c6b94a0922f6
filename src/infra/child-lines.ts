// From any bytes to lines of text in bounded memory: a line without an end comes out in pieces.
import { lastBoundary } from "./exec-output.ts";

/** A JSON event of ours is far shorter; a panel shows a few hundred characters. */
const LINE_BYTES_MAX = 64 * 1024;
const NEWLINE = 0x0a;
/** What one unit of a string's length can take in UTF-8. */
const UNIT_BYTES_MAX = 3;

export interface LineSplitter {
  /**
   * Delivers the lines that it completes; returns their bytes, ends included, as they came: if it
   * can, those of the chunk itself, which costs nothing.
   */
  add(chunk: Uint8Array): Uint8Array;
  /** Delivers the last line when nothing ended it; returns its bytes and the end it lacked. */
  end(): Uint8Array;
}

/**
 * Calls `onLine` without the line's end, `\n` or `\r\n`. Bytes that are not UTF-8 appear as U+FFFD.
 * A line longer than 64 KiB is cut between characters and its pieces are delivered as lines.
 */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  let pending = Buffer.alloc(0);
  return {
    add(chunk) {
      const bytes = pending.length === 0 ? bufferOf(chunk) : Buffer.concat([pending, chunk]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      if (end > 0) deliverLines(bytes.toString("utf8", 0, end - 1), onLine);
      const pieces = piecesOf(bytes.subarray(end));
      pending = Buffer.from(pieces.pop() ?? Buffer.alloc(0));
      for (const piece of pieces) onLine(piece.toString("utf8"));
      return bytes.subarray(0, bytes.length - pending.length);
    },
    end() {
      const rest = pending;
      pending = Buffer.alloc(0);
      if (rest.length === 0) return rest;
      deliverLines(rest.toString("utf8"), onLine);
      return Buffer.concat([rest, Buffer.of(NEWLINE)]);
    },
  };
}

/** The same memory. */
function bufferOf(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** Decoded at once and then split: several times faster than line by line. */
function deliverLines(text: string, onLine: (line: string) => void): void {
  for (const ended of text.split("\n")) {
    const line = ended.endsWith("\r") ? ended.slice(0, -1) : ended;
    if (line.length * UNIT_BYTES_MAX <= LINE_BYTES_MAX) {
      onLine(line);
    } else {
      for (const piece of piecesOf(Buffer.from(line))) onLine(piece.toString("utf8"));
    }
  }
}

/** At least one piece, which is empty for an empty line; only the last may be short. */
function piecesOf(line: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  let rest = line;
  while (rest.length > LINE_BYTES_MAX) {
    const cut = lastBoundary(rest.subarray(0, LINE_BYTES_MAX));
    pieces.push(rest.subarray(0, cut));
    rest = rest.subarray(cut);
  }
  return [...pieces, rest];
}
