// Where a demo keeps what it makes: apart from another one's, and for how long.
import { expect, test } from "bun:test";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createRecordHome } from "../../demo/home.ts";
import { builtOperator } from "../support/built-operator.ts";
import { openLiveDemo } from "../support/live-demo.ts";
import { LAST_CHAPTER, playTo, untilRepaired } from "../support/play-demo.ts";
import { openPty } from "../support/pty.ts";
import { ORDINARY_MODES } from "../support/terminal-screen.ts";

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

test("a temporary directory that takes nothing is a plain error", async () => {
  const home = await mkdtemp(join(tmpdir(), "operator-no-room-"));
  const env = { OPERATOR_HOME: home, TMPDIR: "/proc" };
  const command = [await builtOperator(), "demo", "tikv"];
  await using pty = openPty({ command, env, columns: 200 });
  expect(await pty.exited).toBe(1);
  expect((await pty.settled()).join("\n")).toMatch(/making a home for the demo: E.*\nhint: /);
  expect(pty.modes).toEqual(ORDINARY_MODES);
  await rm(home, { recursive: true });
});
