// Bytes of a page that should be zero, and the first of them that is not.
import type { Span } from "./page-cells.ts";

export interface Stray {
  readonly page: number;
  /** In its page. */
  readonly byte: number;
  /** SQLite may have left it there, when it filled the page anew. */
  readonly mayBeLeft?: true;
}

export function strayAmong(
  bytes: Buffer,
  { page, spans }: { readonly page: number; readonly spans: readonly Span[] },
): Stray | undefined {
  for (const span of spans) {
    const [byte] = bytesSet(bytes, span);
    if (byte !== undefined) return { page, byte };
  }
  return undefined;
}

/** Where in it bytes are not zero. */
export function bytesSet(bytes: Buffer, { from, to }: Span): readonly number[] {
  const set: number[] = [];
  for (let at = from; at < to; at += 1) if (bytes[at] !== 0) set.push(at);
  return set;
}

/** What lies in the whole and in none of the parts. */
export function between(parts: readonly Span[], whole: Span): readonly Span[] {
  const spans: Span[] = [];
  let from = whole.from;
  for (const part of parts.toSorted((left, right) => left.from - right.from)) {
    if (part.from > from) spans.push({ from, to: part.from });
    from = Math.max(from, part.to);
  }
  return from < whole.to ? [...spans, { from, to: whole.to }] : spans;
}
