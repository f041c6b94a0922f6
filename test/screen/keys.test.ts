import { expect, test } from "bun:test";
import fc from "fast-check";
import { createKeyDecoder, ESCAPE_ALONE_MS } from "../../src/panels/keys.ts";
import type { Key } from "../../src/panels/keys-names.ts";
import { bytesOf, KEY_TABLE, NO_KEYS, SAMPLES } from "./key-table.ts";

/** Long after anything is still awaited. */
const MUCH_LATER_MS = 60_000;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

test("each key is known in all the forms in which terminals send it", () => {
  for (const [key, texts] of Object.entries(KEY_TABLE)) {
    for (const text of texts) {
      expect({ text, keys: keysOf([text]) }).toEqual({ text, keys: [key] });
    }
  }
});

test("what is no key is taken whole and gives none", () => {
  for (const text of NO_KEYS) {
    expect({ text, keys: keysOf([text]) }).toEqual({ text, keys: [] });
  }
});

test("any keys in any pieces are the same keys", () => {
  fc.assert(
    fc.property(typedSamples(), fc.array(fc.nat(), { maxLength: 30 }), (samples, cuts) => {
      const chunks = cut(Buffer.concat(samples.map(({ bytes }) => bytes)), cuts);
      const timed = chunks.map((bytes, index) => ({ bytes, atMs: index * (ESCAPE_ALONE_MS - 1) }));
      expect(decode(timed)).toEqual(samples.flatMap(({ keys }) => keys));
    }),
    { numRuns: 2_000 },
  );
});

test("pieces that come late are the same keys, with an ESC where one was given up", () => {
  const unambiguous = SAMPLES.filter(({ bytes }) => !isWithAlt(bytes));
  fc.assert(
    fc.property(
      fc.constantFrom(...unambiguous),
      fc.nat(),
      fc.integer({ min: ESCAPE_ALONE_MS, max: 900 }),
      ({ bytes, keys }, at, gapMs) => {
        const [head, tail] = [bytes.slice(0, at % bytes.length), bytes.slice(at % bytes.length)];
        const decoded = decode([
          { bytes: head, atMs: 0 },
          { bytes: tail, atMs: gapMs },
        ]);
        expect(decoded.filter(isNoEscape)).toEqual(keys.filter(isNoEscape));
      },
    ),
    { numRuns: 1_000 },
  );
});

test("no bytes whatever make it fail, or hold back what is typed afterwards", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const decoder = createKeyDecoder();
      decoder.feed(bytes, 0);
      decoder.flush(MUCH_LATER_MS);
      expect(decoder.isHalfway).toBe(false);
      expect(decoder.feed(bytesOf("q"), 2 * MUCH_LATER_MS)).toEqual(["q"]);
    }),
    { numRuns: 2_000 },
  );
});

test("an ESC alone is a key once nothing has followed it for a while", () => {
  const decoder = createKeyDecoder();
  expect(decoder.feed(bytesOf("\x1b"), 0)).toEqual([]);
  expect(decoder.flush(ESCAPE_ALONE_MS - 1)).toEqual([]);
  expect(decoder.isHalfway).toBe(true);
  expect(decoder.flush(ESCAPE_ALONE_MS)).toEqual(["escape"]);
  expect(decoder.isHalfway).toBe(false);
  expect(decoder.flush(MUCH_LATER_MS)).toEqual([]);
});

test("two ESC are two keys", () => {
  expect(keysOf(["\x1b\x1b"])).toEqual(["escape", "escape"]);
});

test("a key typed after an ESC alone is itself", () => {
  const decoder = createKeyDecoder();
  decoder.feed(bytesOf("\x1b"), 0);
  expect(decoder.feed(bytesOf("q"), ESCAPE_ALONE_MS)).toEqual(["escape", "q"]);
});

test("a sequence that is broken off gives nothing, and the next is whole", () => {
  expect(keysOf(["\x1b[1;\x1b[C"])).toEqual(["right"]);
  expect(keysOf(["\x1b]11;rgb\x1b[C"])).toEqual(["right"]);
  expect(keysOf(["\x1b[1;\x03"])).toEqual(["ctrl-c"]);
  expect(keysOf(["\x1b]0;title\x03"])).toEqual(["ctrl-c"]);
});

test("half a sequence that is never completed leaves no letters behind", () => {
  const decoder = createKeyDecoder();
  expect(decoder.feed(bytesOf("\x1b[1;5"), 0)).toEqual([]);
  expect(decoder.flush(MUCH_LATER_MS)).toEqual([]);
  expect(decoder.feed(bytesOf("b"), MUCH_LATER_MS)).toEqual(["b"]);
});

test("what is pasted without brackets is no key, nor is its last piece", () => {
  const decoder = createKeyDecoder();
  expect(decoder.feed(bytesOf("echo deploy all\nq\n"), 0)).toEqual([]);
  expect(decoder.feed(bytesOf("da"), 10)).toEqual([]);
  expect(decoder.feed(bytesOf("q"), 1_000)).toEqual(["q"]);
});

test("a key held down is pressed again and again", () => {
  expect(keysOf(["\x1b[B".repeat(200)])).toHaveLength(200);
});

test("a paste whose end is lost does not lock the keyboard", () => {
  const decoder = createKeyDecoder();
  decoder.feed(bytesOf("\x1b[200~aaa"), 0);
  expect(decoder.feed(bytesOf("q"), 1_000)).toEqual([]);
  expect(decoder.feed(bytesOf("q"), MUCH_LATER_MS)).toEqual(["q"]);
});

test("a paste of a megabyte takes no time to speak of and keeps nothing", () => {
  const decoder = createKeyDecoder();
  const piece = bytesOf("a\x1b[Cd".repeat(13_000));
  decoder.feed(bytesOf("\x1b[200~"), 0);
  for (let index = 0; index < 16; index += 1) decoder.feed(piece, index);
  expect(decoder.feed(bytesOf("\x1b[201~q"), 20)).toEqual(["q"]);
});

test("an answer without an end is not kept for ever", () => {
  const decoder = createKeyDecoder();
  decoder.feed(bytesOf(`\x1b]52;${"a".repeat(5_000)}`), 0);
  expect(decoder.isHalfway).toBe(false);
});

function keysOf(texts: readonly string[]): readonly Key[] {
  return decode(texts.map((text) => ({ bytes: bytesOf(text), atMs: 0 })));
}

/** Flushed as a screen would do it: while halfway, again and again. */
function decode(chunks: readonly Chunk[]): readonly Key[] {
  const decoder = createKeyDecoder();
  const keys: Key[] = [];
  let nowMs = 0;
  const flushUntil = (endMs: number) => {
    for (; decoder.isHalfway && nowMs < endMs; nowMs += 10) keys.push(...decoder.flush(nowMs));
    nowMs = endMs;
  };
  for (const { bytes, atMs } of chunks) {
    flushUntil(atMs);
    keys.push(...decoder.feed(bytes, atMs));
  }
  flushUntil(nowMs + MUCH_LATER_MS);
  return keys;
}

/** Fewer characters in a row than make a paste. */
function typedSamples() {
  return fc.array(fc.constantFrom(...SAMPLES), { maxLength: 12 });
}

function cut(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const places = [0, ...cuts.map((place) => place % (bytes.length + 1)), bytes.length];
  const sorted = places.toSorted((a, b) => a - b);
  return sorted.slice(1).map((end, index) => bytes.slice(sorted[index], end));
}

function isNoEscape(key: Key): boolean {
  return key !== "escape";
}

/** ESC and a character, when late, is what it looks like: two keys. */
function isWithAlt(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1b && !"[O]P_".includes(String.fromCharCode(bytes[1] ?? 0));
}
