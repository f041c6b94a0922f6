// A child's output on the screen: a bounded ring, and a window on it that can be scrolled.
import { expect, test } from "bun:test";
import { visibleRows } from "../../src/panels/log-window.ts";
import { createRing } from "../../src/panels/ring.ts";
import { keepPlace, type ScrollStep, scrollLog } from "../../src/panels/scroll.ts";
import type { LogView } from "../../src/panels/view.ts";
import { log } from "./scenes.ts";

const ROOM = { columns: 30, rows: 4 };

test("a ring keeps the newest lines and counts the others", () => {
  const ring = createRing({ linesMax: 3 });
  for (let line = 1; line <= 100; line += 1) ring.push(String(line));
  expect(ring.lines).toEqual(["98", "99", "100"]);
  expect(ring.droppedLines).toBe(97);
});

test("a ring gives the same array until the next line comes, and leaves it as it was", () => {
  const ring = createRing({ linesMax: 2 });
  ring.push("a");
  const before = ring.lines;
  expect(ring.lines).toBe(before);
  ring.push("b");
  ring.push("c");
  expect([before, ring.lines]).toEqual([["a"], ["b", "c"]]);
});

test("a ring keeps the head of a line that is too long", () => {
  const ring = createRing({ linesMax: 2, charsMax: 5 });
  ring.push("abcdefgh");
  expect(ring.lines).toEqual(["abcde…"]);
});

test("a window follows the newest line", () => {
  expect(seen(logOf(10))).toEqual(["line 7", "line 8", "line 9", "line 10"]);
});

test("a window that is scrolled back stays on its text when lines come", () => {
  const before = { ...logOf(10), scrolledBack: 3 };
  const after = { ...logOf(15), scrolledBack: keepPlace(3, 5) };
  expect(seen(after)).toEqual(seen(before));
  expect(keepPlace(0, 5)).toBe(0);
});

test("each step of scrolling moves the window, and none moves it beyond an end", () => {
  const walk: readonly (readonly [ScrollStep, number])[] = [
    ["down", 0],
    ["up", 1],
    ["page_up", 4],
    ["page_up", 6],
    ["up", 6],
    ["page_down", 3],
    ["down", 2],
    ["home", 6],
    ["end", 0],
  ];
  let view = logOf(10);
  for (const [step, scrolledBack] of walk) {
    view = { ...view, scrolledBack: scrollLog(view, { step, room: ROOM }) };
    expect([step, view.scrolledBack]).toEqual([step, scrolledBack]);
  }
});

test("a place that the ring has left behind counts as its top", () => {
  const view = { ...logOf(10), scrolledBack: 1_000 };
  expect(seen(view)).toEqual(["line 1", "line 2", "line 3", "line 4"]);
  expect(scrollLog(view, { step: "down", room: ROOM })).toBe(5);
});

test("at the top it says how many lines are in the log file only", () => {
  const view = { ...logOf(10), droppedLines: 1_234 };
  expect(seen(view)[0]).toBe("line 7");
  expect(seen({ ...view, scrolledBack: 1_000 })).toEqual([
    "… 1,234 older lines are in",
    "  the log file",
    "line 1",
    "line 2",
  ]);
});

test("a long line is wrapped and indented, and leaves room for another", () => {
  const long = `[Tool Result] ${"word ".repeat(100)}`;
  expect(seen(log("Agent", ["before", long]))).toEqual([
    "before",
    "[Tool Result] word word word",
    "  word word word word word",
    "  word word word word word…",
  ]);
});

test("a log that just does not fit shows its newest line whole, and its oldest at the top", () => {
  const view = log("Agent", ["oldest", "word ".repeat(8), "newest"]);
  const room = { columns: 30, rows: 3 };
  const rows = (scrolledBack: number) =>
    visibleRows({ ...view, scrolledBack }, room).map(({ text }) => text);
  expect(rows(0)).toEqual(["word word word word word", "  word word word", "newest"]);
  expect(rows(scrollLog(view, { step: "home", room }))).toEqual([
    "oldest",
    "word word word word word",
    "  word word word",
  ]);
});

test("a line that only half fits at the top is whole at the bottom", () => {
  const view = log("Agent", ["oldest", "older", "word ".repeat(8)]);
  const rows = visibleRows(view, { columns: 30, rows: 3 }).map(({ text }) => text);
  expect(rows).toEqual(["older", "word word word word word", "  word word word"]);
});

test("a log that is shorter than its window begins at the top of the window", () => {
  expect(seen(logOf(2))).toEqual(["line 1", "line 2"]);
  expect(scrollLog(logOf(2), { step: "home", room: ROOM })).toBe(0);
});

function logOf(count: number): LogView {
  return log(
    "Monitor",
    Array.from({ length: count }, (_, index) => `line ${index + 1}`),
  );
}

function seen(view: LogView): readonly string[] {
  return visibleRows(view, ROOM).map(({ text }) => text);
}
