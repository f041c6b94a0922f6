// Foreign text in so many columns: plain, steady, and only looked at as far as it can be seen.
import { describe, expect, test } from "bun:test";
import { firstThatFits, fitPlain, fitTo, printable, wrapTo } from "../../src/panels/fit.ts";

describe("a foreign text is printed as", () => {
  const cases: readonly (readonly [what: string, text: string, printed: string])[] = [
    ["itself if it is plain", "[/x] 語 é", "[/x] 語 é"],
    ["one line", "a\r\nb\tc", "a b c"],
    ["its words without their colours", "\u001b[1;31mred\u001b[0m", "red"],
    ["what it would do to the terminal, visibly", "\u001b[2J\u0007\u009b", "␛[2J␇\ufffd"],
    ["pictures that every terminal gives one width", "👩‍👧👍🏽☀️🇩🇪", "👩👧👍☀DE"],
    [
      "letters with two marks at most, and no mark on the border",
      "\u0301a\u0301\u0302\u0303",
      "a\u0301\u0302",
    ],
    ["what can be seen of it", "a\u200bb\u00adc\ufeff", "abc"],
    ["a sign of what terminals disagree on", "\u0915\u093f \u3248", "\u0915\ufffd \ufffd"],
    ["whole characters", "a\ud83d", "a\ufffd"],
  ];
  for (const [what, text, printed] of cases) {
    test(what, () => expect(printable(text, 80)).toBe(printed));
  }
});

test("of a line of a megabyte only the head is looked at", () => {
  const head = printable("x".repeat(1_000_000), 10);
  expect(head.length).toBeLessThan(100);
  expect(head.endsWith("…")).toBe(true);
});

test("a text fits exactly, also when a wide character is on the edge", () => {
  expect(fitTo("ab", 4)).toBe("ab  ");
  expect(fitTo("abcde", 4)).toBe("abc…");
  expect(fitTo("語語語", 5)).toBe("語語…");
  expect(fitTo("語語語", 4)).toBe("語… ");
  expect(fitTo("ab", 0)).toBe("");
  expect(fitPlain("a\nb", 5)).toBe("a b  ");
});

test("a text is wrapped between words, and a long word within", () => {
  expect(wrapTo("one two three", { columns: 8, rows: 5 })).toEqual(["one two", "three"]);
  expect(wrapTo("abcdefghij", { columns: 4, rows: 5 })).toEqual(["abcd", "efgh", "ij"]);
  expect(wrapTo("one two three", { columns: 8, rows: 5, indent: "  " })).toEqual([
    "one",
    "  two",
    "  three",
  ]);
});

test("a number stays with its unit", () => {
  expect(wrapTo("held over 3.0 s by it", { columns: 13, rows: 2 })).toEqual([
    "held over",
    "3.0 s by it",
  ]);
});

test("rows that are left out are told by dots", () => {
  expect(wrapTo("one two three", { columns: 5, rows: 2 })).toEqual(["one", "two…"]);
  expect(wrapTo("one two three", { columns: 8, rows: 1 })).toEqual(["one two…"]);
  expect(wrapTo("one", { columns: 5, rows: 0 })).toEqual([]);
});

test("the first that fits is taken, and the last if none does", () => {
  expect(firstThatFits(["long text", "short", "s"], 5)).toBe("short");
  expect(firstThatFits(["long text", "short"], 2)).toBe("short");
});
