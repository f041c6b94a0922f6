import { expect, test } from "bun:test";
import fc from "fast-check";
import { createOutputCollector } from "../../src/infra/exec-output.ts";

function collect(bytesMax: number, chunks: readonly Uint8Array[]) {
  const collector = createOutputCollector(bytesMax);
  for (const chunk of chunks) collector.add(chunk);
  return collector.result();
}

test("what fits is kept whole", () => {
  const result = collect(10, [Buffer.from("abc"), Buffer.from("defghij")]);
  expect(result).toEqual({ head: "abcdefghij", tail: "", cutBytes: 0, totalBytes: 10 });
});

test("one byte more cuts the middle", () => {
  const result = collect(10, [Buffer.from("abcdefghijk")]);
  expect(result).toEqual({ head: "abcde", tail: "ghijk", cutBytes: 1, totalBytes: 11 });
});

test("a character that a cut would split is dropped whole and counted", () => {
  const result = collect(8, [Buffer.from("abcé-----édef")]);
  expect(result).toEqual({ head: "abc", tail: "def", cutBytes: 9, totalBytes: 15 });
});

test("nothing is kept of nothing, and a limit of zero keeps nothing", () => {
  expect(collect(10, []).totalBytes).toBe(0);
  expect(collect(0, [Buffer.from("abc")])).toEqual({
    head: "",
    tail: "",
    cutBytes: 3,
    totalBytes: 3,
  });
});

test("however it is chunked, head and tail are the ends of the stream", () => {
  const chunks = fc.array(fc.string({ unit: "binary-ascii", maxLength: 30 }), { maxLength: 20 });
  fc.assert(
    fc.property(chunks, fc.integer({ min: 0, max: 40 }), (texts, bytesMax) => {
      const whole = texts.join("");
      const result = collect(
        bytesMax,
        texts.map((text) => Buffer.from(text)),
      );
      const isCut = whole.length > bytesMax;
      const headLength = Math.ceil(bytesMax / 2);
      const tailLength = Math.floor(bytesMax / 2);
      expect(result).toEqual({
        head: isCut ? whole.slice(0, headLength) : whole,
        tail: isCut && tailLength > 0 ? whole.slice(-tailLength) : "",
        cutBytes: isCut ? whole.length - bytesMax : 0,
        totalBytes: whole.length,
      });
    }),
  );
});

test("bytes of any kind are counted to the last one", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 8, max: 64 }),
      (bytes, max) => {
        const { cutBytes, totalBytes } = collect(max, [bytes]);
        expect(totalBytes).toBe(bytes.length);
        expect(cutBytes).toBeLessThanOrEqual(Math.max(0, bytes.length - max + 6));
      },
    ),
  );
});
