// Whether a frame on a terminal has kept its shape: whole boxes above the status line.

/** The characters of one box's border, light or heavy. */
interface Border {
  readonly upper: readonly [left: string, right: string];
  readonly lower: readonly [left: string, right: string];
  readonly down: string;
}

const BORDERS: readonly Border[] = [
  { upper: ["╭", "╮"], lower: ["╰", "╯"], down: "│" },
  { upper: ["┏", "┓"], lower: ["┗", "┛"], down: "┃" },
];

/**
 * True when every cell above the last row is in one whole box, none is in two, and the last row
 * is the status line, which begins with a blank. `cells` is what a terminal shows, row by row.
 */
export function isWholeFrame(cells: readonly (readonly string[])[]): boolean {
  const panels = cells.slice(0, -1);
  const boxed = panels.flatMap((row, top) =>
    row.map((_, left) => cellsOfBox(panels, { top, left })),
  );
  const wanted = panels.reduce((sum, row) => sum + row.length, 0);
  const status = cells.at(-1)?.join("") ?? "";
  return boxed.reduce((sum, count) => sum + count, 0) === wanted && /^ \S/.test(status);
}

/** How many cells the box has whose upper left corner this is; 0 when it is not whole. */
function cellsOfBox(
  cells: readonly (readonly string[])[],
  { top, left }: { readonly top: number; readonly left: number },
): number {
  const border = BORDERS.find(({ upper }) => upper[0] === cells[top]?.[left]);
  if (!border) return 0;
  const right = cells[top]?.indexOf(border.upper[1], left) ?? -1;
  const height = cells.slice(top + 1).findIndex((row) => row[left] !== border.down);
  const bottom = top + 1 + height;
  const sides = cells.slice(top + 1, bottom).map((row) => row[right]);
  const isClosed =
    cells[bottom]?.[left] === border.lower[0] && cells[bottom]?.[right] === border.lower[1];
  const isWhole = right > left && height > 0 && sides.every((side) => side === border.down);
  return isWhole && isClosed ? (right - left + 1) * (height + 2) : 0;
}
