// Lines on stdout and stderr, written through at once: a child's pipe shows them as they happen.
import { writeSync } from "node:fs";

export type PrintLine = (line: string) => void;

export function printLineTo(fileDescriptor: 1 | 2): PrintLine {
  return (line) => writeFully(fileDescriptor, Buffer.from(`${line}\n`));
}

/** A full non-blocking pipe says EAGAIN: the rest is tried again. A closed one loses the line. */
function writeFully(fileDescriptor: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fileDescriptor, bytes, written);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      if (code === "EPIPE" || code === "EIO") return;
      if (code !== "EAGAIN") throw error;
      Bun.sleepSync(1);
    }
  }
}
