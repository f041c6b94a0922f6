// A byte amid zeros, where old cells may lie: a piece of one mostly has more of them beside it.
import type { Span } from "./page-cells.ts";
import { bytesSet } from "./stray-bytes.ts";

/** More than a row of ours has in a row, of columns that are NULL and numbers that are round. */
const ZEROS = 24;
/** Of a free block, which begins with where the next one is, and how long it is. */
const HEAD_BYTES = 4;
const FRAGMENT_BYTES_MAX = 3;

export function loneByte(bytes: Buffer, gap: Span): number | undefined {
  return bytesSet(bytes, gap).find((at) => isLone(bytes, { at, gap }));
}

interface Place {
  readonly at: number;
  readonly gap: Span;
}

function isLone(bytes: Buffer, { at, gap }: Place): boolean {
  const [before, behind] = [at - ZEROS, at + 1 + ZEROS];
  if (before < gap.from || behind > gap.to) return false;
  const isAmidZeros = [...bytes.subarray(before, at), ...bytes.subarray(at + 1, behind)].every(
    (byte) => byte === 0,
  );
  return isAmidZeros && ![at - 3, at - 2].some((block) => isOldBlock(bytes, { at: block, gap }));
}

/** The last free block of a page: behind it came a cell, or a new one lies there. */
function isOldBlock(bytes: Buffer, { at, gap }: Place): boolean {
  const size = bytes.readUInt16BE(at + 2);
  const end = at + size;
  if (size < HEAD_BYTES || end > bytes.length) return false;
  return (
    end >= gap.to || bytes.subarray(end, end + FRAGMENT_BYTES_MAX + 1).some((byte) => byte > 0)
  );
}
