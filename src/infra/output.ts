// Lines on stdout and stderr, written through at once: a child's pipe shows them as they happen.
// A reader that is gone gets nothing more, and nobody is told: so a pipe into `head` ends.
import { writeSync } from "node:fs";
import { messageOf, OperatorError } from "../domain/errors.ts";

export type PrintLine = (line: string) => void;

const NOTHING = Buffer.alloc(0);
/** How long a daemon waits for a reader that stands still; well under the 5 s of a signal. */
const STALL_MS_MAX = 1_000;

/**
 * Waits for a slow reader. Throws OperatorError when a line cannot be written: a full disk, say.
 */
export function printLineTo(fileDescriptor: 1 | 2): PrintLine {
  const printPart = printPartTo(fileDescriptor);
  return (line) => printPart(`${line}\n`);
}

/** Likewise for what is only a part of a line, or many. */
export function printPartTo(fileDescriptor: 1 | 2): (text: string) => void {
  return (text) => {
    const { failure } = write(Buffer.from(text), { fileDescriptor, stallMsMax: Infinity });
    if (failure === undefined) return;
    const stream = fileDescriptor === 1 ? "stdout" : "stderr";
    throw new OperatorError("runtime", `writing to ${stream}: ${messageOf(failure)}`, {
      cause: failure,
    });
  };
}

/** Waits for a slow reader. False when it is gone: for who would go on for nobody. */
export function offerLine(line: string, fileDescriptor: 1 | 2): boolean {
  return !write(bytesOf(line), { fileDescriptor, stallMsMax: Infinity }).isReaderGone;
}

/**
 * For daemons, whose work matters more than their lines: what a full disk or a reader that stands
 * still does not take is lost, a line as a whole. Never throws.
 */
export function printOrLoseTo(fileDescriptor: 1 | 2): PrintLine {
  let stallMsMax = STALL_MS_MAX;
  let begun: Buffer = NOTHING;
  const restOf = (bytes: Buffer) => {
    const { written } = write(bytes, { fileDescriptor, stallMsMax });
    // While it stands still, no further line waits for it.
    stallMsMax = written === bytes.length ? STALL_MS_MAX : 0;
    return bytes.subarray(written);
  };
  return (line) => {
    if (begun.length > 0) begun = restOf(begun);
    if (begun.length > 0) return;
    const bytes = bytesOf(line);
    const rest = restOf(bytes);
    begun = rest.length < bytes.length ? rest : NOTHING;
  };
}

interface Sink {
  readonly fileDescriptor: 1 | 2;
  readonly stallMsMax: number;
}

interface Written {
  readonly written: number;
  /** What kept the rest from being written; none when it was only the stall. */
  readonly failure: unknown;
  readonly isReaderGone?: true;
}

/** A full non-blocking pipe says EAGAIN: the rest is tried again. A closed one takes everything. */
function write(bytes: Buffer, { fileDescriptor, stallMsMax }: Sink): Written {
  let written = 0;
  let stalledMs = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fileDescriptor, bytes, written);
      stalledMs = 0;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EPIPE" || code === "EIO") return takenByNobody(bytes);
      if (code !== "EAGAIN") return { written, failure: error };
      if (stalledMs >= stallMsMax) return { written, failure: undefined };
      Bun.sleepSync(1);
      stalledMs += 1;
    }
  }
  return { written, failure: undefined };
}

function takenByNobody(bytes: Buffer): Written {
  return { written: bytes.length, failure: undefined, isReaderGone: true };
}

function bytesOf(line: string): Buffer {
  return Buffer.from(`${line}\n`);
}
