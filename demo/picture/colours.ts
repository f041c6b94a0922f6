// The colours of a terminal, as SVG has them.

export const DEFAULT_COLOURS = { foreground: "#d8dee6", background: "#12161d" } as const;

/** Of a window around the terminal: seen on a black page and on a white one. */
export const WINDOW_COLOURS = { bar: "#1d232d", border: "#454d59", title: "#9aa4b2" } as const;

/** Black, red, green, yellow, blue, magenta, cyan, white; then the bright ones. */
const BASIC = [
  ..."#22272e #e5534b #57ab5a #c69026 #539bf5 #b083f0 #39c5cf #adbac7".split(" "),
  ..."#768390 #ff938a #8ddb8c #eac55f #6cb6ff #dcbdfb #56d4dd #f0f3f6".split(" "),
];

// The 256 colours of xterm: a cube of 6 × 6 × 6 after the basic ones, then 24 greys.
const CUBE_STEPS = [0, 95, 135, 175, 215, 255];
const GREYS_FROM = 232;
const GREY_DARKEST = 8;
const GREY_STEP = 10;

/** 0 to 255. */
export function paletteColour(index: number): string {
  const basic = BASIC[index];
  if (basic !== undefined) return basic;
  if (index >= GREYS_FROM) {
    const level = GREY_DARKEST + (index - GREYS_FROM) * GREY_STEP;
    return hexOf([level, level, level]);
  }
  const place = index - BASIC.length;
  const parts = [Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6];
  return hexOf(parts.map((part) => CUBE_STEPS[part] ?? 0));
}

/** 24 bits: red, green, blue. */
export function rgbColour(value: number): string {
  return `#${value.toString(16).padStart(6, "0")}`;
}

function hexOf(parts: readonly number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
