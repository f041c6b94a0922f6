// The first and the last bytes of a stream, in bounded memory, as text cut between characters.
import type { BoundedOutput } from "../domain/shell.ts";

export interface OutputCollector {
  add(chunk: Uint8Array): void;
  result(): BoundedOutput;
}

/** Keeps at most `bytesMax` bytes: half of them from the start, half from the end. */
export function createOutputCollector(bytesMax: number): OutputCollector {
  const head = new Uint8Array(Math.ceil(bytesMax / 2));
  const ring = new Uint8Array(Math.floor(bytesMax / 2));
  let totalBytes = 0;
  return {
    add(chunk) {
      const headRoom = Math.max(0, head.length - totalBytes);
      head.set(chunk.subarray(0, headRoom), head.length - headRoom);
      addToRing(ring, chunk.subarray(headRoom), Math.max(0, totalBytes - head.length));
      totalBytes += chunk.length;
    },
    result() {
      const first = head.subarray(0, Math.min(totalBytes, head.length));
      const last = unrollRing(ring, Math.max(0, totalBytes - head.length));
      return boundedOutput(first, last, totalBytes);
    },
  };
}

/** `writtenBytes` is what went into the ring before, kept or not. */
function addToRing(ring: Uint8Array, chunk: Uint8Array, writtenBytes: number): void {
  if (ring.length === 0) return;
  const kept = chunk.subarray(Math.max(0, chunk.length - ring.length));
  const start = (writtenBytes + chunk.length - kept.length) % ring.length;
  const toEnd = kept.subarray(0, ring.length - start);
  ring.set(toEnd, start);
  ring.set(kept.subarray(toEnd.length), 0);
}

function unrollRing(ring: Uint8Array, writtenBytes: number): Uint8Array {
  if (writtenBytes <= ring.length) return ring.subarray(0, writtenBytes);
  const oldest = writtenBytes % ring.length;
  return Buffer.concat([ring.subarray(oldest), ring.subarray(0, oldest)]);
}

function boundedOutput(first: Uint8Array, last: Uint8Array, totalBytes: number): BoundedOutput {
  if (first.length + last.length === totalBytes) {
    return { head: decode(Buffer.concat([first, last])), tail: "", cutBytes: 0, totalBytes };
  }
  const head = first.subarray(0, lastBoundary(first));
  const tail = last.subarray(firstBoundary(last));
  const cutBytes = totalBytes - head.length - tail.length;
  return { head: decode(head), tail: decode(tail), cutBytes, totalBytes };
}

/** Where a UTF-8 character that the end cuts in two begins; the length when it cuts none. */
export function lastBoundary(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (isContinuation(byte)) continue;
    return bytes.length - (lengthOfCharacter(byte) > back ? back : 0);
  }
  return bytes.length;
}

/** A character has at most three continuation bytes: more of them are not UTF-8, and are kept. */
function firstBoundary(bytes: Uint8Array): number {
  const start = bytes.subarray(0, 4).findIndex((byte) => !isContinuation(byte));
  return Math.max(0, start);
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** By its first byte. */
function lengthOfCharacter(byte: number): number {
  if (byte >= 0xf0) return 4;
  if (byte >= 0xe0) return 3;
  return byte >= 0xc0 ? 2 : 1;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
