// A command's output as one text: its start and its end kept, and a note of what was cut between.
import type { BoundedOutput } from "../domain/shell.ts";

/**
 * At most about `bytesMax` bytes of UTF-8, and the note, which counts what was cut here and before.
 * A text that fits is returned as it is.
 */
export function joinOutput(
  { head, tail, cutBytes }: Omit<BoundedOutput, "totalBytes">,
  bytesMax: number,
): string {
  const bytes = encode(head + tail);
  if (cutBytes === 0 && bytes.length <= bytesMax) return head + tail;
  // What was cut before lies at the seam: neither end may reach beyond it.
  const seam = encode(head).length;
  const [endMax, startMin] = cutBytes === 0 ? [bytes.length, 0] : [seam, seam];
  const half = Math.floor(bytesMax / 2);
  const end = boundaryBefore(bytes, Math.min(half, endMax));
  const start = boundaryAfter(bytes, Math.max(bytes.length - half, startMin));
  const note = `[… ${cutBytes + start - end} bytes cut here …]`;
  return `${decode(bytes.subarray(0, end))}\n${note}\n${decode(bytes.subarray(start))}`;
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

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
