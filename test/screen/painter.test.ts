import { expect, test } from "bun:test";
import fc from "fast-check";
import { createPainter } from "../../src/panels/screen.ts";
import { createTerminalScreen } from "../support/terminal-screen.ts";

const COLUMNS = 20;
const ROWS = 6;
const UNWRAPPED = "\x1b[?7l";

test("after any frames the screen shows the last one in its colours, unscrolled", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame(), { minLength: 1, maxLength: 6 }), async (frames) => {
      using screen = createTerminalScreen({ columns: COLUMNS, rows: ROWS });
      const paint = createPainter(ROWS);
      await screen.write(UNWRAPPED);
      for (const lines of frames) {
        await screen.write(paint(lines));
        const plain = lines.map((line) => Bun.stripANSI(line).trimEnd());
        expect(screen.scrollback()).toEqual(plain);
      }
      using fresh = createTerminalScreen({ columns: COLUMNS, rows: ROWS });
      await fresh.write(UNWRAPPED + createPainter(ROWS)(frames.at(-1) ?? []));
      expect(screen.styledRows()).toEqual(fresh.styledRows());
    }),
    { numRuns: 100 },
  );
});

test("an unchanged frame is nothing to write", () => {
  const paint = createPainter(ROWS);
  const lines = fullLines("a");
  paint(lines);
  expect(paint([...lines])).toBe("");
});

test("one changed row is one row to write, wherever it is", () => {
  for (let row = 0; row < ROWS; row += 1) {
    const paint = createPainter(ROWS);
    const lines = fullLines("a");
    paint(lines);
    const changes = paint(lines.with(row, "b".repeat(COLUMNS)));
    expect(changes).not.toContain("a");
    expect(changes.match(/b/g)).toHaveLength(COLUMNS);
  }
});

test("two changed rows far from each other are two rows to write", () => {
  const paint = createPainter(ROWS);
  const lines = fullLines("a");
  paint(lines);
  const changes = paint(lines.with(0, "b").with(4, "c"));
  expect(changes).not.toContain("a");
});

test("a line that fills the row is never followed by erasing the rest of it", () => {
  const paint = createPainter(ROWS);
  expect(paint(fullLines("a")) + paint(fullLines("b"))).not.toContain("\x1b[K");
});

test("a line that the terminal finds too wide harms no other line", async () => {
  using screen = createTerminalScreen({ columns: COLUMNS, rows: ROWS });
  const paint = createPainter(ROWS);
  await screen.write(UNWRAPPED + paint(fullLines("a").with(2, "x".repeat(2 * COLUMNS))));
  expect(screen.rows()).toEqual(fullLines("a").with(2, "x".repeat(COLUMNS)));
});

test("a line is written as it is: wide, with emoji, or like the name of another line", () => {
  const paint = createPainter(ROWS);
  const lines = ["w".repeat(200), "👩‍👩‍👧 表".repeat(40), "#0.1 #4.1", "$& $1", "", ""];
  expect(paint(lines)).toContain(lines.slice(0, 4).join("\r\n"));
});

test("rows too few are blank, rows too many are not drawn", async () => {
  using screen = createTerminalScreen({ columns: COLUMNS, rows: ROWS });
  const paint = createPainter(ROWS);
  await screen.write(paint([...fullLines("a"), "too many"]));
  expect(screen.rows()).toEqual(fullLines("a"));
  await screen.write(paint(["b"]));
  expect(screen.rows()).toEqual(["b", "", "", "", "", ""]);
});

function fullLines(letter: string): readonly string[] {
  return Array.from({ length: ROWS }, () => letter.repeat(COLUMNS));
}

function frame() {
  const words = ["", " ", "plain", "\x1b[31mred\x1b[39m", "表", "\x1b[1;44mbold\x1b[0m", "─│"];
  const line = fc.oneof(
    fc.array(fc.constantFrom(...words), { maxLength: 3 }).map((parts) => parts.join("")),
    fc.constant("w".repeat(COLUMNS)),
    fc.constant(""),
  );
  return fc.array(line, { minLength: ROWS, maxLength: ROWS });
}
