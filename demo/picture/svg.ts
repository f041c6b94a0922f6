// A terminal's frame as a picture that stands for itself: no scripts, no fonts but the reader's.
// Text is text; its place and width are given, whatever font there is.
import { DEFAULT_COLOURS, WINDOW_COLOURS } from "./colours.ts";
import type { Cell, CellStyle, Frame } from "./frame.ts";
import { type Box, fillPath, isAcross, type Stroke, strokeOf } from "./strokes.ts";

// Whole numbers: lines stay sharp. Fonts are about 0.6 as wide as high.
const CELL = { width: 8, height: 18 } as const;
const FONT_SIZE = 13.3;
/** Of the letters' foot, below the upper edge of a cell. */
const BASELINE = 13.5;
const FONTS = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";

const BAR_HEIGHT = 30;
const PADDING = 14;
const CORNER = 9;
const DOTS = ["#e5675f", "#e0b13c", "#58b368"];

const LINE_WIDTHS = { thin: 1.2, heavy: 2.4 } as const;

/** Of one font and width; anything else may come from another font, and stands in its own cell. */
const PLAIN = /^[\u0020-\u024f]+$/;
/** What XML does not allow, even escaped. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** `title` is shown on the window's bar; `describes` is for who cannot see it. */
export function drawPicture(
  frame: Frame,
  { title, describes }: { readonly title: string; readonly describes: string },
): string {
  const width = frame.columns * CELL.width + 2 * PADDING;
  const height = frame.rows.length * CELL.height + BAR_HEIGHT + 2 * PADDING;
  const runs = frame.rows.flatMap(runsOf);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeText(describes)}</title>`,
    `<style>text{white-space:pre}.b{font-weight:700}.i{font-style:italic}` +
      `.u{text-decoration:underline}.f{opacity:.6}.c{text-anchor:middle}</style>`,
    ...windowOf({ width, height, title }),
    `<g transform="translate(${PADDING} ${BAR_HEIGHT + PADDING})" xml:space="preserve" ` +
      `font-family="${FONTS}" font-size="${FONT_SIZE}" fill="${DEFAULT_COLOURS.foreground}">`,
    ...backgrounds(runs),
    ...strokes(runs),
    ...runs.flatMap(textOf),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

interface Window {
  readonly width: number;
  readonly height: number;
  readonly title: string;
}

function windowOf({ width, height, title }: Window): readonly string[] {
  const { bar, border, title: titleColour } = WINDOW_COLOURS;
  const frame = `x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="${CORNER}"`;
  const right = width - 0.5;
  const curve = `a${CORNER} ${CORNER} 0 0 1`;
  const barPath =
    `M.5 ${BAR_HEIGHT}V${CORNER + 0.5}${curve} ${CORNER} ${-CORNER}` +
    `H${right - CORNER}${curve} ${CORNER} ${CORNER}V${BAR_HEIGHT}z`;
  const dots = DOTS.map(
    (colour, index) =>
      `<circle cx="${20 + index * 18}" cy="${BAR_HEIGHT / 2}" r="5.5" fill="${colour}"/>`,
  );
  return [
    `<rect ${frame} fill="${DEFAULT_COLOURS.background}"/>`,
    `<path d="${barPath}" fill="${bar}"/>`,
    ...dots,
    `<text class="c" x="${width / 2}" y="${BAR_HEIGHT / 2 + 4.5}" font-family="${FONTS}" ` +
      `font-size="12.5" fill="${titleColour}">${escapeText(title)}</text>`,
    `<rect ${frame} fill="none" stroke="${border}"/>`,
  ];
}

/** Neighbouring cells that are drawn as one. */
interface Run {
  readonly text: string;
  readonly columns: number;
  readonly box: Box;
  readonly style: CellStyle;
  readonly stroke: Stroke | undefined;
}

function runsOf(cells: readonly Cell[], row: number): readonly Run[] {
  const groups: Cell[][] = [];
  for (const cell of cells) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && isSameRun(last, cell)) group.push(cell);
    else groups.push([cell]);
  }
  return groups.flatMap((group) => {
    const [first] = group;
    return first ? [runOf(first, { group, row })] : [];
  });
}

function isSameRun(last: Cell, cell: Cell): boolean {
  if (!isSameStyle(last.style, cell.style)) return false;
  if (isAcross(cell.text)) return last.text === cell.text;
  return PLAIN.test(last.text) && PLAIN.test(cell.text) && last.columns === cell.columns;
}

function isSameStyle(one: CellStyle, other: CellStyle): boolean {
  return Bun.deepEquals(one, other);
}

function runOf(
  { text, column, style }: Cell,
  { group, row }: { readonly group: readonly Cell[]; readonly row: number },
): Run {
  const columns = group.reduce((sum, cell) => sum + cell.columns, 0);
  const box = {
    x: column * CELL.width,
    y: row * CELL.height,
    width: columns * CELL.width,
    height: CELL.height,
  };
  const whole = group.map((cell) => cell.text).join("");
  return { text: whole, columns, box, style, stroke: strokeOf(text, box) };
}

/** One path for each colour: shapes that touch show no seam. */
function backgrounds(runs: readonly Run[]): readonly string[] {
  const filled = runs.filter(({ style }) => style.background !== DEFAULT_COLOURS.background);
  const byColour = Map.groupBy(filled, ({ style }) => style.background);
  return [...byColour].map(
    ([colour, same]) =>
      `<path fill="${colour}" d="${same.map(({ box }) => fillPath(box)).join("")}"/>`,
  );
}

function strokes(runs: readonly Run[]): readonly string[] {
  const drawn = runs.flatMap(({ style, stroke }) =>
    stroke ? [{ ...stroke, colour: style.colour }] : [],
  );
  const bySort = Map.groupBy(drawn, ({ kind, colour }) => `${kind} ${colour}`);
  return [...bySort.values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const paint =
      first.kind === "block"
        ? `fill="${first.colour}"`
        : `fill="none" stroke="${first.colour}" stroke-width="${LINE_WIDTHS[first.kind]}"`;
    return [`<path ${paint} d="${same.map(({ path }) => path).join("")}"/>`];
  });
}

/** Blanks of some length end a text: what follows has its place again. */
function textOf({ text, columns, box, style, stroke }: Run): readonly string[] {
  if (stroke) return [];
  const isPlain = PLAIN.test(text);
  if (!isPlain) {
    return [textElement(text, { x: box.x + (columns * CELL.width) / 2, y: box.y, style })];
  }
  return [...text.matchAll(/\S+(?: \S+)*/g)].map((match) =>
    textElement(match[0], {
      x: box.x + match.index * CELL.width,
      y: box.y,
      length: match[0].length * CELL.width,
      style,
    }),
  );
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  /** Absent for a character in the middle of its cell. */
  readonly length?: number;
  readonly style: CellStyle;
}

function textElement(text: string, { x, y, length, style }: TextPlace): string {
  const classes = [
    ...(style.isBold ? ["b"] : []),
    ...(style.isItalic ? ["i"] : []),
    ...(style.isUnderlined ? ["u"] : []),
    ...(style.isFaint ? ["f"] : []),
    ...(length === undefined ? ["c"] : []),
  ].join(" ");
  const attributes = [
    ...(classes === "" ? [] : [`class="${classes}"`]),
    `x="${x}"`,
    `y="${y + BASELINE}"`,
    ...(length === undefined ? [] : [`textLength="${length}"`]),
    ...(style.colour === DEFAULT_COLOURS.foreground ? [] : [`fill="${style.colour}"`]),
  ];
  return `<text ${attributes.join(" ")}>${escapeText(text)}</text>`;
}

function escapeText(text: string): string {
  return Bun.escapeHTML(text.replace(FORBIDDEN, "\ufffd"));
}
