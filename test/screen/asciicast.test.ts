import { expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { Recorder } from "../../src/infra/asciicast.ts";
import { createPainter } from "../../src/panels/screen.ts";
import { ENTER, synchronized } from "../../src/panels/screen-modes.ts";
import { eventually } from "../support/eventually.ts";
import { hurriedClock } from "../support/hurried-clock.ts";
import { replayCast } from "../support/replay-cast.ts";
import { createTerminalScreen } from "../support/terminal-screen.ts";

const SIZE = { columns: 20, rows: 5 };
const OPEN = { ...SIZE, terminalType: "xterm-256color" };

const endlessRecorder = [process.execPath, join(import.meta.dir, "endless-recorder.ts")];

const castEvent = z.tuple([z.number(), z.enum(["o", "r"]), z.string()]);

test("a recording is a header and an event for each writing and resize, in order", async () => {
  await using home = await createHome();
  const clock = hurriedClock(1_700_000_000_500);
  using recorder = Recorder.open({ ...OPEN, path: home.path, clock });
  clock.advance(1_250);
  recorder.write("\x1b[31mé\r\n");
  clock.advance(-5_000);
  recorder.resize({ columns: 120, rows: 40 });
  const text = await readFile(home.path, "utf8");
  expect(text.endsWith("\n")).toBe(true);
  expect(
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { version: 2, width: 20, height: 5, timestamp: 1_700_000_000, env: { TERM: "xterm-256color" } },
    [1.25, "o", "\x1b[31mé\r\n"],
    [1.25, "r", "120x40"],
  ]);
  expect(recorder.failure).toBeUndefined();
});

test("a recording replays to the same last frame, also when it was resized", async () => {
  await using home = await createHome();
  using shown = createTerminalScreen(SIZE);
  using recorder = Recorder.open({ ...OPEN, path: home.path, clock: hurriedClock() });
  const write = async (text: string) => {
    recorder.write(text);
    await shown.write(text);
  };
  await write(ENTER);
  const paint = createPainter(SIZE.rows);
  for (const word of ["one", "two", "three"]) {
    await write(synchronized(paint([word, "\x1b[32m表 🙂\x1b[0m", "", word, "status"])));
  }
  recorder.resize({ columns: 30, rows: 7 });
  shown.resize(30, 7);
  await write(synchronized(createPainter(7)(["larger", "", "", "", "", "", "last row"])));

  using replayed = await replayCast(await readFile(home.path, "utf8"));
  expect(replayed.rows()).toEqual(["larger", "", "", "", "", "", "last row"]);
  expect(replayed.styledRows()).toEqual(shown.styledRows());
});

test("no line goes over the end of a page, where a kill may end a writing", async () => {
  await using home = await createHome();
  using recorder = Recorder.open({ ...OPEN, path: home.path, clock: hurriedClock() });
  const frames = [10, 3_000, 4_000, 9_000, 40, 20_000].map((length) => "\x1b表🙂é".repeat(length));
  for (const frame of frames) {
    recorder.write(frame);
    recorder.resize({ columns: 120, rows: 40 });
  }
  const bytes = await readFile(home.path);
  const ends = [...bytes.keys()].filter((index) => bytes[index] === 10);
  for (const [index, end] of ends.entries()) {
    const start = index === 0 ? 0 : (ends[index - 1] ?? 0) + 1;
    expect(Math.floor(start / 4_096)).toBe(Math.floor(end / 4_096));
  }
  const [, ...lines] = bytes.toString().trimEnd().split("\n");
  const events = lines.map((line) => castEvent.parse(JSON.parse(line)));
  const shown = events.map(([, type, text]) => (type === "o" ? text : "|")).join("");
  expect(shown).toBe(frames.map((frame) => `${frame}|`).join(""));
  expect(events.every(([, , text]) => text.isWellFormed())).toBe(true);
});

test("no file is overwritten, and a bad path is a plain error", async () => {
  await using home = await createHome();
  const open = (path: string) => Recorder.open({ ...OPEN, path, clock: hurriedClock() });
  using _first = open(home.path);
  expect(() => open(home.path)).toThrow("EEXIST");
  expect(() => open(join(home.path, "below"))).toThrow(/^recording to /);
});

test("a full disk ends the recording with a whole line, and the program goes on", async () => {
  await using home = await createHome();
  const limited = ["sh", "-c", 'trap "" XFSZ; ulimit -f 64; exec "$@"', "sh"];
  const child = Bun.spawn([...limited, ...endlessRecorder, home.path], { stdout: "pipe" });
  expect(await child.stdout.text()).toContain("EFBIG");
  expect(await child.exited).toBe(0);
  expect(await countEvents(home.path)).toBeGreaterThan(10);
});

test("a recording whose program is killed ends with a whole line", async () => {
  await using home = await createHome();
  const child = Bun.spawn([...endlessRecorder, home.path]);
  await eventually(() => Bun.file(home.path).size > 1_000_000, "a megabyte is recorded");
  child.kill("SIGKILL");
  await child.exited;
  expect(await countEvents(home.path)).toBeGreaterThan(10);
});

/** Throws when one is not whole. */
async function countEvents(path: string): Promise<number> {
  const text = await readFile(path, "utf8");
  expect(text.endsWith("\n")).toBe(true);
  const [, ...lines] = text.trimEnd().split("\n");
  return lines.map((line) => castEvent.parse(JSON.parse(line))).length;
}

async function createHome() {
  const dir = await mkdtemp(join(tmpdir(), "operator-cast-"));
  return {
    path: join(dir, "demo.cast"),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}
