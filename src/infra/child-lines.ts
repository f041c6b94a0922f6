// From any bytes to lines of text in bounded memory: a line without an end comes out in pieces.
import { lastBoundary } from "./exec-output.ts";

/** A JSON event of ours is far shorter; a panel shows a few hundred characters. */
const LINE_BYTES_MAX = 64 * 1024;
const NEWLINE = 0x0a;

export interface LineSplitter {
  add(chunk: Uint8Array): void;
  /** Delivers the last line when nothing ended it. */
  end(): void;
}

/**
 * Calls `onLine` without the line's end, `\n` or `\r\n`. Bytes that are not UTF-8 appear as U+FFFD.
 * A line longer than 64 KiB is cut between characters and its pieces are delivered as lines.
 */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  let pending = Buffer.alloc(0);
  return {
    add(chunk) {
      let rest = Buffer.concat([pending, chunk]);
      for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
        for (const piece of piecesOf(rest.subarray(0, end))) onLine(textOf(piece));
        rest = rest.subarray(end + 1);
      }
      const pieces = piecesOf(rest);
      pending = Buffer.from(pieces.pop() ?? rest);
      for (const piece of pieces) onLine(textOf(piece));
    },
    end() {
      if (pending.length > 0) onLine(textOf(pending));
      pending = Buffer.alloc(0);
    },
  };
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

function textOf(piece: Buffer): string {
  const isCarriageReturnLast = piece.at(-1) === 0x0d;
  return piece.toString("utf8", 0, piece.length - (isCarriageReturnLast ? 1 : 0));
}
