// The demo as a person plays it: with keys, in a real terminal, on a real cluster of stand-ins.
import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LEAVE } from "../../src/panels/screen-modes.ts";
import { type LiveDemo, openLiveDemo } from "../support/live-demo.ts";
import { replayCast } from "../support/replay-cast.ts";
import { createTerminalScreen, ORDINARY_MODES } from "../support/terminal-screen.ts";

const CTRL_C = "\x03";
const ESCAPE = "\x1b";
const SIZES = [
  [80, 24],
  [250, 70],
  [120, 40],
] as const;

test("is played with keys to a verified end, whatever happens to the window", async () => {
  await using demo = await openLiveDemo({ columns: 120, rows: 40 });
  const { pty } = demo;
  await demo.untilChapter(1, "SPACE next");
  for (const chapter of [2, 3, 4]) {
    await resizeAndBack(demo);
    pty.type(" ");
    await demo.untilChapter(chapter, chapter === 4 ? "SPACE strike" : "SPACE next");
  }
  pty.type(" ");
  await demo.untilShown(/chapter [56] of/);
  await resizeAndBack(demo);
  await demo.untilChapter(8, "r again");
  await demo.untilShown(/Repaired, and proven so/);
  await demo.untilShown(/ 0 lost/);
  await demo.untilShown(/#1 resolved: verified_fix {2}fault → detected/);
  await resizeAndBack(demo);
  pty.type("q");
  expect(await pty.exited).toBe(0);
  const said = (await pty.settled()).join("\n");
  expect(said).toMatch(/store_kill of tikv.: verified fix; .*lost: 0; exit 0/);
  expect(said).toMatch(/operator audit show last --db/);
  await expectAsBefore(demo);
});

test("shows an agent that is killed, starts it again, and ends on SIGTERM", async () => {
  await using demo = await openLiveDemo({ columns: 250, rows: 70 });
  const { pty } = demo;
  for (const chapter of [1, 2, 3]) {
    await demo.untilChapter(chapter, "SPACE next");
    pty.type(" ");
  }
  await demo.untilChapter(4, "SPACE strike");
  const agent = await demo.processOf(/main\.ts agent /);
  process.kill(agent.pid, "SIGKILL");
  await demo.untilShown(/Agent ━*─* .*ENDED SIGKILL, restarts/);
  await demo.untilShown(/Agent ━*─* .*restarted 1×/);
  pty.type(" ");
  await demo.untilChapter(4, "ESC cancel");
  expect(pty.screen().join("\n")).not.toContain("SPACE strike");
  pty.type(ESCAPE);
  await demo.untilChapter(4, "SPACE strike");
  const main = await demo.processOf(/^(?!sh ).*main\.ts demo /);
  process.kill(main.pid, "SIGTERM");
  expect(await pty.exited).toBe(130);
  await expectAsBefore(demo);
});

test.each([
  { where: "before the cluster is there", key: "q", spaces: "" },
  { where: "while it is raised", key: CTRL_C, spaces: " " },
])("a person can leave $where", async ({ key, spaces }) => {
  await using demo = await openLiveDemo({ columns: 80, rows: 24 });
  const { pty } = demo;
  await demo.untilChapter(1, "SPACE next");
  pty.type(spaces);
  if (spaces) await demo.untilChapter(2, "raising the cluster");
  pty.type(key);
  expect(await pty.exited).toBe(0);
  expect((await pty.settled()).join("\n")).toMatch(/The demo ended before its end/);
  await expectAsBefore(demo);
});

test("all of a narration can be read where there is little room", async () => {
  await using demo = await openLiveDemo({ columns: 80, rows: 24 });
  const { pty } = demo;
  await demo.untilChapter(1, "UP DOWN: all of it");
  pty.type("\x1b[F");
  await demo.untilShown(/Neither believes the/);
  pty.type("\x1b[H");
  await demo.untilShown(/In a minute you will/);
  pty.type("q");
  expect(await pty.exited).toBe(0);
});

test("plays by itself, and its recording replays to the same last frame", async () => {
  const size = { columns: 90, rows: 26 };
  await using demo = await openLiveDemo({
    ...size,
    wordsFor: (dir) => ["--auto", "--record", join(dir, "demo.cast")],
  });
  const { pty } = demo;
  await demo.untilChapter(1, "SPACE next");
  pty.resize(100, 30);
  await demo.untilChapter(2, "raising the cluster");
  pty.type("q");
  expect(await pty.exited).toBe(0);
  await pty.settled();
  using shown = createTerminalScreen({ columns: 100, rows: 30 });
  await shown.write(pty.written().slice(0, pty.written().indexOf(LEAVE)));
  using replayed = await replayCast(await readFile(join(demo.dir, "demo.cast"), "utf8"), LEAVE);
  expect(replayed.rows().join("\n")).toContain("raising the cluster");
  expect(replayed.styledRows()).toEqual(shown.styledRows());
});

/** It fits each size at once: the first row ends at the last column, the last one is the status. */
async function resizeAndBack({ pty }: LiveDemo): Promise<void> {
  for (const [columns, rows] of SIZES) {
    pty.resize(columns, rows);
    await pty.untilScreen((_, lines) => {
      const isWide = lines[0]?.length === columns && /^╭─ Cluster.*[┓╮]$/.test(lines[0]);
      return isWide && lines.length === rows && /^ (no ticket|ticket #1)/.test(lines.at(-1) ?? "");
    }, `it fits ${columns}×${rows}`);
  }
}

async function expectAsBefore(demo: LiveDemo): Promise<void> {
  const [before, after] = await demo.settings();
  expect(after).toBe(before);
  expect(demo.pty.modes).toEqual(ORDINARY_MODES);
  expect(await demo.leftBehind()).toEqual([]);
}
