// Every chapter of the TiKV demo as a person sees it, compared with files that a person can read:
// real chapters, real player, real panels, over a recorded run. After a change that is meant:
// WRITE_FRAMES=1 bun test test/demo/chapter-frames.test.ts, and look at the difference.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { tikvChapters } from "../../demo/chapters/tikv.ts";
import { createMemory, type LiveMemory } from "../../demo/live/memory.ts";
import { viewOf } from "../../demo/live/view.ts";
import { beginStory, stepStory } from "../../demo/story.ts";
import { drawScreen } from "../../src/panels/draw-screen.ts";
import { createRing } from "../../src/panels/ring.ts";
import { createTheme } from "../../src/panels/theme.ts";
import type { ScreenSize } from "../../src/panels/view.ts";
import { tikvFigures } from "../../subjects/tikv/figures.ts";
import { LAUNCH_SECONDS, NOT_RAISED, NOT_REPAIRED, REPAIRED, type Run } from "./recorded-run.ts";
import { FAULT_AT_MS } from "./recorded-steps.ts";

const FRAMES = join(import.meta.dir, "frames");
const SIZES: readonly ScreenSize[] = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 250, rows: 70 },
];

/** Seconds from the fault. */
const MOMENTS: readonly (readonly [name: string, run: Run, atSeconds: number])[] = [
  ["1-welcome", REPAIRED, -24],
  ["2-raising", REPAIRED, -21],
  ["2-not-raised", NOT_RAISED, -18],
  ["2-looking", REPAIRED, -18.8],
  ["2-healthy", REPAIRED, -16.5],
  ["3-load", REPAIRED, -9.5],
  ["4-fault", REPAIRED, -5.5],
  ["4-countdown", REPAIRED, -1.5],
  ["5-detection", REPAIRED, 1.2],
  ["6-repair", REPAIRED, 2.4],
  ["7-verification", REPAIRED, 3.4],
  ["8-checking", REPAIRED, 6.5],
  ["8-repaired", REPAIRED, 8.2],
  ["8-not-repaired", NOT_REPAIRED, 8.2],
];

const FAULT = {
  name: "store_kill",
  describes: "One store's process is killed. Its data stays; its leaders are elected elsewhere.",
};
const TICK_MS = 100;
const THEME = createTheme({ colorLevel: 0 });

for (const [name, run, atSeconds] of MOMENTS) {
  for (const size of SIZES) {
    const sizeName = `${size.columns}x${size.rows}`;
    test(`the chapter's frame ${name} at ${sizeName} is the one on file`, async () => {
      const nowMs = momentOf(atSeconds);
      const view = viewOf(memoryAt(run, nowMs), { nowMs, faults: [FAULT] });
      const frame = `${drawScreen(view, size, THEME).join("\n")}\n`;
      const file = Bun.file(join(FRAMES, `${name}-${sizeName}.txt`));
      if (Bun.env.WRITE_FRAMES) await file.write(frame);
      expect(frame).toBe(await file.text());
    });
  }
}

/** As the live runner does it: what happens when it happens, and between it a tick. */
function memoryAt(run: Run, nowMs: number): LiveMemory {
  const launchedAtMs = momentOf(LAUNCH_SECONDS);
  const memory = emptyMemory(launchedAtMs);
  const steps = run.toSorted(([one], [other]) => one - other);
  for (let atMs = launchedAtMs; atMs <= nowMs; atMs += TICK_MS) {
    for (const [seconds, happens] of steps) {
      if (momentOf(seconds) === atMs) happens(memory, atMs);
    }
    if (memory.story) memory.story = stepStory(memory.story, { type: "tick" }, atMs).story;
  }
  return memory;
}

function emptyMemory(nowMs: number): LiveMemory {
  const place = { runtime: "local", isStandIn: true, timeScale: 10, hasLedger: true } as const;
  const facts = { subject: "tikv", place, model: "runbook", hasAgent: true, fault: FAULT };
  return createMemory({
    subject: "tikv",
    figures: tikvFigures,
    provenance: "stand-ins, timers ÷ 10",
    mode: "execute",
    model: "runbook",
    story: beginStory(tikvChapters, { facts, isAuto: false, nowMs }),
    rings: { monitor: createRing({ linesMax: 500 }), agent: createRing({ linesMax: 500 }) },
    chosen: 0,
  });
}

/** On a tick. */
function momentOf(seconds: number): number {
  return FAULT_AT_MS + Math.round((seconds * 1_000) / TICK_MS) * TICK_MS;
}
