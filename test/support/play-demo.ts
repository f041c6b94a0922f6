// Plays a live demo with keys, chapter by chapter, as slowly as a test needs.
import { isWholeFrame } from "./frame-shape.ts";
import type { LiveDemo } from "./live-demo.ts";

type Size = readonly [columns: number, rows: number];

/** In this chapter SPACE breaks something. */
const STRIKE = 4;
export const LAST_CHAPTER = 8;

/** The least there may be, an ordinary one, and a very large one. */
export const SIZES: readonly Size[] = [
  [80, 24],
  [120, 40],
  [250, 70],
];

/**
 * Until this chapter is shown. From the strike on the story is paused: what would go on by itself
 * waits for the next key. `inEach` is called in each chapter on the way, and in this one.
 */
export async function playTo(
  demo: LiveDemo,
  last: number,
  inEach: (chapter: number) => Promise<void> = async () => undefined,
): Promise<void> {
  for (let chapter = 1; ; chapter += 1) {
    await demo.untilChapter(chapter, "");
    await inEach(chapter);
    if (chapter === last) return;
    if (chapter === STRIKE) await strikeAndPause(demo);
    if (demo.isShown(chapter + 1)) continue;
    await demo.untilChapter(chapter, "SPACE next");
    demo.pty.type(" ");
  }
}

/** In the chapter after it, unless the strike still ran when the story was paused. */
async function strikeAndPause(demo: LiveDemo): Promise<void> {
  await demo.untilChapter(STRIKE, "SPACE strike");
  demo.pty.type(" ");
  await demo.untilChapter(STRIKE, "ESC cancel");
  await demo.untilShown(/breaking it|Story 5|chapter 5 of/);
  demo.pty.type("p");
  await demo.untilShown(/paused/);
}

/** The end of the play, when all went well. */
export async function untilRepaired(demo: LiveDemo): Promise<void> {
  await demo.untilChapter(LAST_CHAPTER, "r again");
  await demo.untilShown(/Repaired, and proven so/);
  await demo.untilShown(/none lost/);
  await demo.untilShown(/#1 resolved: verified_fix/);
}

/** Resizes the window to each of these, until a whole frame fills it. */
export async function untilItFits({ pty }: LiveDemo, sizes: readonly Size[]): Promise<void> {
  for (const [columns, rows] of sizes) {
    pty.resize(columns, rows);
    await pty.untilScreen(() => isWholeFrame(pty.cells()), `a frame fits ${columns} × ${rows}`);
  }
}
