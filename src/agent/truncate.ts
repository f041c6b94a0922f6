// Long text, with its start and its end kept and a note of what was cut between them.
import type { BoundedOutput } from "../domain/shell.ts";

/** At most about `bytesMax` bytes of UTF-8, and the note; a text that fits is returned as it is. */
export function truncateMiddle(text: string, bytesMax: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= bytesMax) return text;
  const half = Math.floor(bytesMax / 2);
  const head = bytes.subarray(0, boundaryBefore(bytes, half));
  const tail = bytes.subarray(boundaryAfter(bytes, bytes.length - half));
  const cutBytes = bytes.length - head.length - tail.length;
  return joinParts({ head: decode(head), tail: decode(tail), cutBytes });
}

/** A command's output as one text. */
export function joinOutput(output: BoundedOutput): string {
  return output.cutBytes === 0 ? output.head + output.tail : joinParts(output);
}

function joinParts({ head, tail, cutBytes }: Omit<BoundedOutput, "totalBytes">): string {
  return `${head}\n[… ${cutBytes} bytes cut here …]\n${tail}`;
}

function boundaryBefore(bytes: Uint8Array, index: number): number {
  return isContinuation(bytes[index]) ? boundaryBefore(bytes, index - 1) : index;
}

function boundaryAfter(bytes: Uint8Array, index: number): number {
  return isContinuation(bytes[index]) ? boundaryAfter(bytes, index + 1) : index;
}

/** The second to fourth byte of a character. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
