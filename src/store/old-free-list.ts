// What a page keeps of the time when it was free, and named other free pages: SQLite takes it for a
// page of a tree, or for a piece of a long value, and writes over its beginning and its end alone.
const NUMBER_BYTES = 4;

/** Where what is left of a list of free pages from `from` on ends; `from` where none is. */
export function endOfOldList(bytes: Buffer, from: number): number {
  // The first of its numbers may have been cut.
  const whole = Math.ceil(from / NUMBER_BYTES) * NUMBER_BYTES;
  const end = endOfNumbers(bytes, whole);
  const isThere = end > whole || bytes.subarray(from, whole).some((byte) => byte > 0);
  return isThere ? end : from;
}

/** They stand without a gap: no page has the number zero. */
export function endOfNumbers(bytes: Buffer, from: number): number {
  let at = from;
  while (at + NUMBER_BYTES <= bytes.length && bytes.readUInt32BE(at) !== 0) at += NUMBER_BYTES;
  return at;
}
