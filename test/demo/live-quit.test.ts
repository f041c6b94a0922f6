// A person who wants to leave gets out, also while the demo is busy with something else.
import { expect, test } from "bun:test";
import { openLiveDemo } from "../support/live-demo.ts";
import { ORDINARY_MODES } from "../support/terminal-screen.ts";

test("q ends a demo that is taking its cluster down to play again", async () => {
  await using demo = await openLiveDemo({ columns: 120, rows: 40 });
  const { pty } = demo;
  await demo.untilChapter(1, "SPACE next");
  pty.type(" ");
  await demo.untilChapter(2, "SPACE next");
  pty.type("r");
  await demo.untilChapter(2, "taking the cluster down");
  pty.type("q");
  expect(await pty.exited).toBe(0);
  expect(await demo.leftBehind()).toEqual([]);
});

test("a second Ctrl-C ends it at once, and only a home is left for the next demo", async () => {
  await using demo = await openLiveDemo({ columns: 120, rows: 40 });
  const { pty } = demo;
  await demo.untilChapter(1, "SPACE next");
  pty.type("\x03\x03");
  expect(await pty.exited).toBe(130);
  await pty.settled();
  expect(pty.modes).toEqual(ORDINARY_MODES);
  expect(await demo.leftBehind()).toEqual([expect.stringMatching(/operator-demo-/)]);
});
