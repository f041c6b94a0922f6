// Two demos of one person at the same time, and what of a demo outlives it.
import { expect, test } from "bun:test";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createRecordHome } from "../../demo/home.ts";
import { openLiveDemo } from "../support/live-demo.ts";
import { LAST_CHAPTER, playTo, untilRepaired } from "../support/play-demo.ts";

test("a demo that starts beside another takes nothing from it", async () => {
  const size = { columns: 120, rows: 40 };
  await using first = await openLiveDemo(size);
  await using others = new AsyncDisposableStack();
  const startBeside = async () => {
    const second = await openLiveDemo({ ...size, operatorHome: join(first.dir, "home") });
    await playTo(others.use(second), 3);
  };
  await playTo(first, LAST_CHAPTER, async (chapter) => {
    if (chapter === 3) await startBeside();
  });
  await untilRepaired(first);
  expect(first.pty.written()).not.toContain("[Trouble]");
  first.pty.type("q");
  expect(await first.pty.exited).toBe(0);
});

test("a demo's record stays until one starts after its end", async () => {
  const parent = await mkdtemp(join(tmpdir(), "operator-record-"));
  const ended = await createRecordHome(parent);
  await writeFile(join(ended, "owner.json"), JSON.stringify({ pid: 1, startTime: "long ago" }));
  const running = await createRecordHome(parent);
  const next = await createRecordHome(parent);
  expect((await readdir(parent)).sort()).toEqual([basename(running), basename(next)].sort());
  await rm(parent, { recursive: true });
});
