// Lines and blocks as shapes: as letters they would join in few fonts.

/** In the units of the picture, from its upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Stroke {
  /** Of a path; a block's is to be filled. */
  readonly path: string;
  readonly kind: "thin" | "heavy" | "block";
}

/** The sides of its cell that a line joins: left, right, up, down. */
const THIN: Readonly<Record<string, string>> = { "─": "lr", "│": "ud" };
const ROUND: Readonly<Record<string, string>> = { "╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu" };
const HEAVY: Readonly<Record<string, string>> = {
  "━": "lr",
  "┃": "ud",
  "┏": "rd",
  "┓": "ld",
  "┗": "ru",
  "┛": "lu",
};
/** In eighths of a cell's height. */
const BLOCKS = [..."▁▂▃▄▅▆▇█"];

/** Whether a row of these can be drawn as one, in a box as wide as them all. */
export function isAcross(character: string): boolean {
  return character === "─" || character === "━" || BLOCKS.includes(character);
}

/** Undefined for what is text. */
export function strokeOf(character: string, box: Box): Stroke | undefined {
  if (BLOCKS.includes(character)) {
    const eighths = BLOCKS.indexOf(character) + 1;
    return { path: fillPath(lowerPart(box, eighths / BLOCKS.length)), kind: "block" };
  }
  const heavy = HEAVY[character];
  if (heavy !== undefined) return { path: linePath(heavy, box, "L"), kind: "heavy" };
  const thin = THIN[character];
  if (thin !== undefined) return { path: linePath(thin, box, "L"), kind: "thin" };
  const round = ROUND[character];
  return round === undefined ? undefined : { path: linePath(round, box, "Q"), kind: "thin" };
}

export function fillPath({ x, y, width, height }: Box): string {
  return `M${x} ${y}h${width}v${height}h${-width}z`;
}

function lowerPart({ x, y, width, height }: Box, share: number): Box {
  return { x, y: y + height * (1 - share), width, height: height * share };
}

/** From side to side over the middle, with a corner (L) or around it (Q). */
function linePath(sides: string, { x, y, width, height }: Box, turn: "L" | "Q"): string {
  const middle = `${x + width / 2} ${y + height / 2}`;
  const [from, to] = [...sides].map((side) => {
    const across = side === "l" ? x : side === "r" ? x + width : x + width / 2;
    const down = side === "u" ? y : side === "d" ? y + height : y + height / 2;
    return `${across} ${down}`;
  });
  return turn === "Q" ? `M${from}Q${middle} ${to}` : `M${from}L${middle}L${to}`;
}
