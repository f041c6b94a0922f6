// Whole screens as a person sees them, compared with files that a person can read. After a change
// that is meant: WRITE_FRAMES=1 bun test test/panels/frames.test.ts, and look at the difference.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { drawScreen } from "../../src/panels/draw-screen.ts";
import { createTheme } from "../../src/panels/theme.ts";
import type { ScreenSize, ScreenView } from "../../src/panels/view.ts";
import {
  healthyScene,
  repairScene,
  troubleScene,
  verifiedScene,
  watchScene,
  withOverlay,
} from "./scenes.ts";

const FRAMES = join(import.meta.dir, "frames");
const SMALL: ScreenSize = { columns: 80, rows: 24 };
const MIDDLE: ScreenSize = { columns: 120, rows: 40 };
const LARGE: ScreenSize = { columns: 250, rows: 70 };

const HELP = withOverlay({
  type: "help",
  keys: [
    ["SPACE", "the next chapter"],
    ["TAB", "the next panel"],
    ["UP, DOWN, PGUP, PGDN", "scroll the panel with the ▶"],
    ["z", "this panel on the whole screen, and back"],
    ["q", "quit"],
  ],
});

const CHOICE = withOverlay({
  type: "choice",
  title: "Which fault?",
  choices: [
    { name: "store_kill", describes: "One store's process is killed." },
    { name: "store_pause", describes: "One store stands still." },
    { name: "pd_leader_kill", describes: "The leader of the placement drivers is killed." },
  ],
  chosen: 1,
});

const APPROVAL = withOverlay({
  type: "approval",
  id: 3,
  operation: { action: "start_member", target: "tikv2", args: {} },
  facts: [
    ["Effect", "start tikv2: start_member tikv2"],
    ["Way back", "no undo needed: members are declared to run"],
    ["Reason", "tikv2 is stopped"],
    ["Asked while", "5 of 6 members up; tikv2 down"],
    ["For", "ticket #1, 29 m 53 s left"],
  ],
});

const FRAMES_OF: readonly (readonly [name: string, view: ScreenView, size: ScreenSize])[] = [
  ["healthy", healthyScene(), SMALL],
  ["healthy", healthyScene(), MIDDLE],
  ["repair", repairScene(), SMALL],
  ["repair", repairScene(), MIDDLE],
  ["repair", repairScene(), LARGE],
  ["verified", verifiedScene(), SMALL],
  ["verified", verifiedScene(), MIDDLE],
  ["verified", verifiedScene(), LARGE],
  ["trouble", troubleScene(), SMALL],
  ["trouble", troubleScene(), MIDDLE],
  ["watch", watchScene(), SMALL],
  ["watch", watchScene(), MIDDLE],
  ["zoom", { ...verifiedScene(), focus: "agent", isZoomed: true }, SMALL],
  ["help", HELP, SMALL],
  ["choice", CHOICE, SMALL],
  ["approval", APPROVAL, MIDDLE],
];

const THEME = createTheme({ colorLevel: 0 });

for (const [name, view, size] of FRAMES_OF) {
  test(`the ${name} screen at ${size.columns}×${size.rows} is the one on file`, async () => {
    const file = Bun.file(join(FRAMES, `${name}-${size.columns}x${size.rows}.txt`));
    const frame = `${drawScreen(view, size, THEME).join("\n")}\n`;
    if (Bun.env.WRITE_FRAMES) await file.write(frame);
    expect(frame).toBe(await file.text());
  });
}
