// The few ways in which text can look. Whatever a colour says, a symbol or a word says as well, so
// that a screen without colours tells the same. Blue and orange stay apart for any eye, and both
// can be read on black and on white.
import { Chalk } from "chalk";

/** As chalk has it: none, 16, 256 or all colours. */
export type ColorLevel = 0 | 1 | 2 | 3;

export type Paint = (text: string) => string;

export interface Theme {
  /** Well, running, done: blue. */
  readonly good: Paint;
  /** Violated, failed, ended: orange. */
  readonly bad: Paint;
  /** What a person can do, and where the focus is: purple. */
  readonly accent: Paint;
  /** Borders and what matters less. */
  readonly faint: Paint;
  readonly strong: Paint;
  /** What must be seen first: bad, on its own background. */
  readonly alarm: Paint;
  readonly chosen: Paint;
  readonly plain: Paint;
}

// Of the 256 colours; each has a contrast of 3.9 or more on black and on white.
const BLUE = 32;
const ORANGE = 166;
const PURPLE = 97;
const GREY = 244;

const COLOURS_256 = 2;

/** At level 0 every paint gives its text back as it is. */
export function createTheme({ colorLevel }: { readonly colorLevel: ColorLevel }): Theme {
  const chalk = new Chalk({ level: colorLevel });
  const hasMany = colorLevel >= COLOURS_256;
  const bad = hasMany ? chalk.ansi256(ORANGE) : chalk.red;
  return {
    good: paintWith(hasMany ? chalk.ansi256(BLUE) : chalk.blue),
    bad: paintWith(bad.bold),
    accent: paintWith(hasMany ? chalk.ansi256(PURPLE).bold : chalk.magenta.bold),
    // Grey of 16 colours is the background in some terminals' palettes.
    faint: hasMany ? paintWith(chalk.ansi256(GREY)) : plain,
    strong: paintWith(chalk.bold),
    alarm: paintWith(bad.bold.inverse),
    chosen: paintWith(chalk.inverse),
    plain,
  };
}

function paintWith(style: (text: string) => string): Paint {
  return (text) => style(text);
}

function plain(text: string): string {
  return text;
}
