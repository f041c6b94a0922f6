// The demo as a person plays it: the executable, with keys, in a real terminal, on a real cluster
// of stand-ins.
import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LEAVE } from "../../src/panels/screen-modes.ts";
import { openLiveDemo } from "../support/live-demo.ts";
import { LAST_CHAPTER, playTo, SIZES, untilItFits, untilRepaired } from "../support/play-demo.ts";
import { replayCast } from "../support/replay-cast.ts";
import { createTerminalScreen } from "../support/terminal-screen.ts";

const CTRL_C = "\x03";
const ESCAPE = "\x1b";
/** Its pauses to read alone are 40 s. */
const AUTO_MS_MAX = 120_000;

test.each(SIZES)(
  "at %i by %i it is played to a verified end, and resized in each chapter",
  async (columns, rows) => {
    await using demo = await openLiveDemo({ columns, rows });
    const { pty } = demo;
    await playTo(demo, LAST_CHAPTER, () => untilItFits(demo, [...SIZES, [columns, rows]]));
    await untilRepaired(demo);
    pty.type("q");
    expect(await pty.exited).toBe(0);
    const said = (await pty.settled()).join("\n").replace(/\s+/g, " ");
    expect(said).toMatch(/store_kill of tikv.: verified fix; .*lost: 0; exit 0/);
    expect(said).toMatch(/operator audit show last --db/);
    expect(await demo.leftBehind()).toEqual([]);
  },
);

test("a killed agent and a killed monitor are started again, and the end is the same", async () => {
  await using demo = await openLiveDemo({ columns: 250, rows: 70 });
  const { pty } = demo;
  const killAndSee = async (panel: "Agent" | "Monitor") => {
    const { pid } = await demo.processOf(new RegExp(`^\\S+ ${panel.toLowerCase()} `));
    const before = pty.written().length;
    process.kill(pid, "SIGKILL");
    await demo.untilShown(new RegExp(`${panel} [━─]* .*restarted 1×`));
    expect(pty.written().slice(before)).toContain("ENDED SIGKILL, restarts");
  };
  await playTo(demo, 4);
  await demo.untilChapter(4, "SPACE strike");
  await killAndSee("Agent");
  pty.type(" ");
  await demo.untilChapter(4, "ESC cancel");
  expect(pty.screen().join("\n")).not.toContain("SPACE strike");
  pty.type(ESCAPE);
  await demo.untilChapter(4, "SPACE strike");
  pty.type(" ");
  await demo.untilChapter(5, "");
  await killAndSee("Monitor");
  await untilRepaired(demo);
  const { pid } = await demo.processOf(/^\S+ demo /);
  process.kill(pid, "SIGTERM");
  expect(await pty.exited).toBe(130);
  expect(await demo.leftBehind()).toEqual([]);
});

test.each([
  { chapter: 1, key: "q" },
  { chapter: 2, key: CTRL_C },
  { chapter: 3, key: "q" },
  { chapter: 4, key: CTRL_C },
  { chapter: 5, key: "q" },
  { chapter: 6, key: CTRL_C },
  { chapter: 7, key: "q" },
])("a person can leave in chapter $chapter", async ({ chapter, key }) => {
  await using demo = await openLiveDemo({ columns: 80, rows: 24 });
  const { pty } = demo;
  await playTo(demo, chapter);
  pty.type(key);
  expect(await pty.exited).toBe(0);
  expect((await pty.settled()).join("\n")).toMatch(/The demo ended before its end/);
  expect(await demo.leftBehind()).toEqual([]);
});

test("keys open the help, move the focus and zoom, before there is a cluster", async () => {
  await using demo = await openLiveDemo({ columns: 80, rows: 24 });
  const { pty } = demo;
  await demo.untilChapter(1, "SPACE next");
  const typeUntil = async (key: string, isTrue: (text: string) => boolean) => {
    pty.type(key);
    await pty.untilScreen(isTrue, `${JSON.stringify(key)} is obeyed`);
  };
  await typeUntil("?", (text) => text.includes("play it again from the start"));
  await typeUntil(ESCAPE, (text) => !text.includes("play it again from the start"));
  await typeUntil("\t", (text) => !text.includes("▶ Story"));
  await typeUntil("\x1b[Z", (text) => text.includes("▶ Story"));
  await typeUntil("z", (text) => text.includes("▶ Story") && !text.includes("Monitor"));
  await typeUntil("z", (text) => text.includes("Monitor"));
  pty.type("q");
  expect(await pty.exited).toBe(0);
});

test(
  "plays by itself to a verified end, and its recording replays to the same frame",
  async () => {
    await using demo = await openLiveDemo({
      columns: 90,
      rows: 26,
      wordsFor: (dir) => ["--auto", "--record", join(dir, "demo.cast")],
    });
    const { pty } = demo;
    await demo.untilChapter(1, "SPACE next");
    await untilItFits(demo, [[100, 30]]);
    for (const chapter of [2, 3, 4]) await demo.untilChapter(chapter, "");
    await untilRepaired(demo);
    expect(await pty.exited).toBe(0);
    expect((await pty.settled()).join("\n")).toContain("verified fix");
    expect(await demo.leftBehind()).toEqual([]);
    using shown = createTerminalScreen({ columns: 100, rows: 30 });
    await shown.write(pty.written().slice(0, pty.written().indexOf(LEAVE)));
    const recording = await readFile(join(demo.dir, "demo.cast"), "utf8");
    using replayed = await replayCast(recording, { until: LEAVE });
    expect(replayed.rows().join("\n")).toContain("Repaired, and proven so");
    expect(replayed.styledRows()).toEqual(shown.styledRows());
  },
  AUTO_MS_MAX,
);
