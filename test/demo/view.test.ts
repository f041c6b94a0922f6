import { expect, test } from "bun:test";
import { tikvChapters } from "../../demo/chapters/tikv.ts";
import { createMemory } from "../../demo/live/memory.ts";
import { viewOf } from "../../demo/live/view.ts";
import { beginStory } from "../../demo/story.ts";
import { createRing } from "../../src/panels/ring.ts";
import { tikvFigures } from "../../subjects/tikv/figures.ts";

const FACTS = {
  subject: "tikv",
  timeScale: 10,
  model: "runbook",
  hasAgent: true,
  fault: { name: "store_kill", describes: "One store is killed." },
};

test.each([
  { chapters: tikvChapters, isAuto: false, says: "paused: p goes on" },
  { chapters: tikvChapters.slice(-1), isAuto: false, says: undefined },
  { chapters: tikvChapters.slice(-1), isAuto: true, says: "paused: p goes on" },
])("of $chapters.length chapters, auto $isAuto, a paused first one says $says", (row) => {
  const { chapters, isAuto, says } = row;
  const story = { ...beginStory(chapters, { facts: FACTS, isAuto, nowMs: 0 }), isPaused: true };
  const rings = { monitor: createRing({ linesMax: 1 }), agent: createRing({ linesMax: 1 }) };
  const fixed = { subject: "tikv", provenance: "", mode: "execute", model: "runbook" };
  const memory = createMemory({ ...fixed, figures: tikvFigures, story, rings, chosen: 0 });
  expect(viewOf(memory, { nowMs: 0, faults: [] }).story?.activity).toBe(says);
});
