// Where a single panel is drawn in a test: a canvas whose theme writes the name of each paint.
import type { Canvas } from "../../src/panels/box.ts";
import type { Paint, Theme } from "../../src/panels/theme.ts";
import { NOW_MS } from "./scenes.ts";

/** `<alarm:text>`; what is plain, strong or faint is only text. */
export const NAMING_THEME: Theme = {
  good: naming("good"),
  bad: naming("bad"),
  accent: naming("accent"),
  alarm: naming("alarm"),
  chosen: naming("chosen"),
  faint: plain,
  strong: plain,
  plain,
};

export function canvasOf(columns: number, rows: number): Canvas {
  return { columns, rows, nowMs: NOW_MS, theme: NAMING_THEME };
}

function naming(name: string): Paint {
  return (text) => `<${name}:${text.trimEnd()}>`;
}

function plain(text: string): string {
  return text;
}
