// What a bound has cut in two: of a secret there, neither half could be told from other text.
import type { ShellResult } from "../../domain/shell.ts";

/** Of a longer line no more is taken away. */
const CHARS_MAX = 256;

/** The same; where its output was cut, without the half lines on both sides of the cut. */
export function withoutHalfLines(result: ShellResult): ShellResult {
  const { head, tail, cutBytes, totalBytes } = result.output;
  if (cutBytes === 0) return result;
  const headEnd = Math.max(head.lastIndexOf("\n") + 1, head.length - most(head));
  const lineEnd = tail.indexOf("\n");
  const tailStart = Math.min(lineEnd === -1 ? tail.length : lineEnd, most(tail));
  const [kept, rest] = [head.slice(0, headEnd), tail.slice(tailStart)];
  const cutToo = bytesIn(head.slice(headEnd)) + bytesIn(tail.slice(0, tailStart));
  const output = { head: kept, tail: rest, cutBytes: cutBytes + cutToo, totalBytes };
  return { ...result, output };
}

/** A small bound leaves half of what it let through. */
function most(text: string): number {
  return Math.min(CHARS_MAX, Math.floor(text.length / 2));
}

function bytesIn(text: string): number {
  return new TextEncoder().encode(text).length;
}
