// The whole demo while its children write what no screen must obey.
import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ENTER, LEAVE, synchronized } from "../../src/panels/screen-modes.ts";
import { builtHostileOperator } from "../support/built-operator.ts";
import { isWholeFrame } from "../support/frame-shape.ts";
import { FLOOD_LINES, floodLine, LONG_NOISE, NOISE } from "../support/hostile-noise.ts";
import { openLiveDemo } from "../support/live-demo.ts";
import { LAST_CHAPTER, playTo, SIZES, untilItFits, untilRepaired } from "../support/play-demo.ts";
import { replayCast } from "../support/replay-cast.ts";
import { TAKEN_MODES } from "../support/terminal-screen.ts";

const SIZE = [120, 40] as const;
/** What our screen tells a terminal: modes, colours, where the cursor goes, what is cleared. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the ones that are ours
const COLOURS_AND_MOVES = /\x1b\[[0-9;]*[mHABCDGJK]/g;

test("noise and floods of its children neither stop the story nor reach the terminal", async () => {
  await using demo = await openLiveDemo({
    columns: SIZE[0],
    rows: SIZE[1],
    operator: await builtHostileOperator(),
    wordsFor: (dir) => ["--record", join(dir, "demo.cast")],
  });
  const { pty } = demo;
  await playTo(demo, LAST_CHAPTER, async () => {
    await untilItFits(demo, [...SIZES, SIZE]);
    expect(pty.modes).toEqual(TAKEN_MODES);
  });
  await untilRepaired(demo);
  for (const child of ["monitor", "agent"]) await expectAllLogged(await demo.home(), child);
  pty.type("q");
  expect(await pty.exited).toBe(0);
  expect(await demo.leftBehind()).toEqual([]);
  expect(foreignControls(pty.written())).toEqual([]);
  await expectWholeFrames(await readFile(join(demo.dir, "demo.cast"), "utf8"));
});

/** Byte for byte, and in order. */
async function expectAllLogged(home: string, child: string): Promise<void> {
  const logs = join(home, "logs");
  const names = (await readdir(logs)).filter((name) => name.startsWith(`${child}.log`));
  const texts = await Promise.all(
    names
      .sort()
      .reverse()
      .map((name) => readFile(join(logs, name))),
  );
  const log = Buffer.concat(texts);
  const noises = [...NOISE, ...LONG_NOISE];
  expect(noises.filter((noise) => !log.includes(noise))).toEqual([]);
  const flood = log.toString().match(/^flood \d.*$/gm) ?? [];
  const wanted = Array.from({ length: FLOOD_LINES }, (_, index) => floodLine(index));
  expect(flood.join("\n") === wanted.join("\n")).toBe(true);
}

/** Each control character that is none of our own sequences, with what stands around it. */
function foreignControls(written: string): readonly string[] {
  const ours = [ENTER, LEAVE, ...synchronized("|").split("|")];
  const others = ours.reduce((rest, sequence) => rest.replaceAll(sequence, ""), written);
  const text = others.replace(COLOURS_AND_MOVES, "").replaceAll("\r", "").replaceAll("\n", "");
  return [...text.matchAll(/.{0,20}[\p{Cc}\u202a-\u202e\u2066-\u2069].{0,20}/gu)].map(String);
}

async function expectWholeFrames(recording: string): Promise<void> {
  const broken: string[] = [];
  let frames = 0;
  const [, frameEnd = ""] = synchronized("|").split("|");
  using _last = await replayCast(recording, {
    until: LEAVE,
    onWritten: (screen, data) => {
      if (!data.endsWith(frameEnd)) return;
      frames += 1;
      if (!isWholeFrame(screen.cells())) broken.push(screen.rows().join("\n"));
    },
  });
  expect(broken).toEqual([]);
  expect(frames).toBeGreaterThan(50);
}
