// Text as it is printed: plain, aligned, in units that people read.
import { describe, expect, test } from "bun:test";
import { cutTo, plainJson, plainLine, plainLines } from "../../src/panels/plain-text.ts";
import { factLines, tableLines } from "../../src/panels/table.ts";
import { formatCost, formatCount, formatDuration, formatTime } from "../../src/panels/units.ts";

test("every control character becomes something to see", () => {
  const all = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join("");
  expect(plainLine(`${all}\u202e\u2028\u2066`)).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
  expect(plainLine("\u001b]0;title\u0007\r\u007f\u009b")).toBe("␛]0;title␇␍␡\ufffd");
});

test("JSON says the same, in nothing that a terminal obeys", () => {
  const value = { "\u009b2J": "\u001b]0;x\u0007\u007f\u0085\u061c\u200f\u2028\u202e\u2069 語 😀" };
  const json = plainJson({ value });
  expect(json).not.toMatch(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);
  expect(json).toContain("語 😀");
  expect(JSON.parse(json)).toEqual({ value });
});

test("text keeps its own lines, and one line has none", () => {
  expect(plainLines("a\r\n\tb\n\n")).toEqual(["a", "  b", ""]);
  expect(plainLine("a\r\n\tb")).toBe("a  b");
});

test("text is cut by columns, not by characters", () => {
  expect(cutTo("abcdef", 6)).toBe("abcdef");
  expect(cutTo("abcdefg", 6)).toBe("abcde…");
  expect(Bun.stringWidth(cutTo("語語語語", 6))).toBeLessThanOrEqual(6);
});

test("columns are aligned by their width on the screen", () => {
  expect(
    tableLines(
      ["A", "B"],
      [
        ["語", "x"],
        ["y\n", "z"],
      ],
    ),
  ).toEqual(["A   B", "語  x", "y   z"]);
  expect(
    factLines([
      ["a", "1"],
      ["long", ""],
    ]),
  ).toEqual(["a     1", "long"]);
});

describe("a duration is", () => {
  const cases: readonly [number, string][] = [
    [0, "0 ms"],
    [999, "999 ms"],
    [1_000, "1.0 s"],
    [59_999, "59.9 s"],
    [60_000, "1 m 00 s"],
    [3_599_999, "59 m 59 s"],
    [3_600_000, "1 h 00 m"],
    [86_400_000, "1 d 00 h"],
    [100 * 86_400_000 + 7_200_000, "100 d 02 h"],
  ];
  for (const [durationMs, text] of cases) {
    test(`${text} for ${durationMs} ms`, () => expect(formatDuration(durationMs)).toBe(text));
  }
});

test("times are local, counts grouped, money small", () => {
  expect(formatTime(new Date(2026, 2, 1, 4, 5, 9).getTime())).toBe("2026-03-01 04:05:09");
  expect(formatCount(1_234_567)).toBe("1,234,567");
  expect([formatCost(0), formatCost(0.01234)]).toEqual(["$0", "$0.0123"]);
});
