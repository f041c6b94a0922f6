// The screen keeps its shape whatever it is given: so many lines, so wide, and nothing in them that
// a terminal would obey, save the theme's colours.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { drawScreen } from "../../src/panels/draw-screen.ts";
import { type ColorLevel, createTheme } from "../../src/panels/theme.ts";
import type { ScreenSize } from "../../src/panels/view.ts";
import { hostileView } from "./hostile.ts";
import { repairScene } from "./scenes.ts";

const THEMES = ([0, 1, 2, 3] as const).map((colorLevel: ColorLevel) => createTheme({ colorLevel }));
const theme = fc.constantFrom(...THEMES);
const size: fc.Arbitrary<ScreenSize> = fc.oneof(
  fc.record({ columns: fc.integer({ min: 80, max: 250 }), rows: fc.integer({ min: 24, max: 70 }) }),
  fc.constantFrom({ columns: 80, rows: 24 }, { columns: 250, rows: 70 }, { columns: 80, rows: 70 }),
);
// biome-ignore lint/suspicious/noControlCharactersInRegex: the one that is looked for
const COLOUR = /\u001b\[[0-9;]*m/g;
/** What moves a cursor, orders text anew or joins two characters into one picture. */
const UNSTEADY = /[\p{Mc}\p{Me}\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const RUNS = 150;

test("every line is as wide as the screen, whatever is shown and however large it is", () => {
  fc.assert(
    fc.property(hostileView, size, theme, (view, screen, paints) => {
      const lines = drawScreen(view, screen, paints);
      const widths = lines.map((line) => Bun.stringWidth(line));
      expect(widths).toEqual(Array.from({ length: screen.rows }, () => screen.columns));
      const text = lines.join("").replace(COLOUR, "");
      expect(UNSTEADY.exec(text)?.[0]).toBeUndefined();
    }),
    { numRuns: RUNS },
  );
});

test("every character is as wide beside the others as it is alone", () => {
  fc.assert(
    fc.property(hostileView, size, (view, screen) => {
      const lines = drawScreen(view, screen, createTheme({ colorLevel: 0 }));
      const sums = lines.map((line) =>
        [...line].reduce((sum, character) => sum + Bun.stringWidth(character), 0),
      );
      expect(sums).toEqual(lines.map(() => screen.columns));
    }),
    { numRuns: RUNS },
  );
});

test("each line ends the colours that it begins", () => {
  const lines = drawScreen(
    repairScene(),
    { columns: 100, rows: 30 },
    createTheme({ colorLevel: 2 }),
  );
  const open = lines.map((line) => {
    const codes = (line.match(COLOUR) ?? []).map((code) => code.slice(2, -1));
    const isEnd = (code: string) => ["0", "22", "27", "39", "49"].includes(code);
    return codes.length === 0 || isEnd(codes.at(-1) ?? "");
  });
  expect(open).toEqual(lines.map(() => true));
});

test("without colours there is no escape sequence at all", () => {
  const lines = drawScreen(
    repairScene(),
    { columns: 80, rows: 24 },
    createTheme({ colorLevel: 0 }),
  );
  expect(lines.join("")).not.toContain("\u001b");
});

test("a screen that is too small says so, and never draws more than it has", () => {
  for (const small of [
    { columns: 79, rows: 40 },
    { columns: 20, rows: 3 },
    { columns: 1, rows: 1 },
  ]) {
    const lines = drawScreen(repairScene(), small, createTheme({ colorLevel: 3 }));
    expect(lines.map((line) => Bun.stringWidth(line))).toEqual(lines.map(() => small.columns));
    expect(lines).toHaveLength(small.rows);
  }
  expect(
    drawScreen(repairScene(), { columns: 79, rows: 40 }, createTheme({ colorLevel: 0 }))[0],
  ).toBe("too small: 79×40, needs 80×24".padEnd(79));
});
