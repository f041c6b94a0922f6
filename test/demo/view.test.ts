import { expect, test } from "bun:test";
import type { StoryFacts } from "../../demo/chapter.ts";
import { limiterChapters } from "../../demo/chapters/ratelimiter.ts";
import { tikvChapters } from "../../demo/chapters/tikv.ts";
import type { DemoSummary } from "../../demo/events.ts";
import { createMemory, type LiveMemory, NO_RECORD } from "../../demo/live/memory.ts";
import { viewOf } from "../../demo/live/view.ts";
import { beginStory, type Story } from "../../demo/story.ts";
import type { TicketState } from "../../src/domain/ticket.ts";
import { createRing } from "../../src/panels/ring.ts";
import { tikvFigures } from "../../subjects/tikv/figures.ts";
import { ticketWith } from "../support/verdicts.ts";

const FACTS: StoryFacts = {
  subject: "tikv",
  place: { runtime: "local", isStandIn: true, timeScale: 10, hasLedger: true },
  model: "runbook",
  hasAgent: true,
  fault: { name: "store_kill", describes: "One store is killed." },
};

const UNRESOLVED: DemoSummary = {
  type: "summary",
  subject: "tikv",
  fault: "store_kill",
  target: "tikv1",
  detected: true,
  timeToDetectMs: 1_500,
  timeToMitigateMs: null,
  resolution: "unresolved",
  sessionId: null,
  counts: {},
  harms: [],
  ledger: "kept",
  exitCode: 3,
};

test.each([
  { chapters: tikvChapters, isAuto: false, says: "paused: p goes on" },
  { chapters: tikvChapters.slice(-1), isAuto: false, says: undefined },
  { chapters: tikvChapters.slice(-1), isAuto: true, says: "paused: p goes on" },
])("of $chapters.length chapters, auto $isAuto, a paused first one says $says", (row) => {
  const { chapters, isAuto, says } = row;
  const story = { ...beginStory(chapters, { facts: FACTS, isAuto, nowMs: 0 }), isPaused: true };
  expect(viewOf(memoryOf(story), { nowMs: 0, faults: [] }).story?.activity).toBe(says);
});

test("a repair that the monitor refuses is told while the agent is at work again", () => {
  const chapters = tikvChapters.filter(({ awaits }) => awaits === "ended");
  const story = {
    ...beginStory(chapters, { facts: FACTS, isAuto: false, nowMs: 0 }),
    happened: ["detected", "concluded"] as const,
  };
  const activityIn = (state: TicketState) => {
    const memory = memoryOf(story);
    memory.record = { ...NO_RECORD, followed: ticketWith({ state }) };
    return viewOf(memory, { nowMs: 0, faults: [] }).story?.activity;
  };
  expect(activityIn("verifying")).toBe("waiting for the verdict");
  expect(activityIn("claimed")).toBe("refused: the agent is at work again");
});

test("the control run speaks of no agent that would repair anything", () => {
  for (const chapters of [tikvChapters, limiterChapters]) {
    const facts = { ...FACTS, hasAgent: false, summary: UNRESOLVED };
    const told = chapters.map((_, index) => {
      const story = beginStory(chapters.slice(index), { facts, isAuto: false, nowMs: 0 });
      const view = viewOf(memoryOf(story), { nowMs: 0, faults: [] }).story;
      return [...(view?.narration ?? []), view?.activity];
    });
    expect(told[0]?.[0]).toMatch(/and nobody repair it\.$/);
    expect(told[3]?.[1]).toBe("Nobody will repair it.");
    expect(told[5]?.at(-1)).toBe("nobody is here to repair it");
    expect(told[7]?.[0]).toMatch(/^Not repaired without an agent: the ticket is still open\./);
  }
});

test("what was well again without a repair of its ticket is no failure, and no success", () => {
  const summary = { ...UNRESOLVED, resolution: "self_healed" } as const;
  const facts = { ...FACTS, summary, injectedAtMs: 0, endedAfterMs: 45_600 };
  const story = beginStory(tikvChapters.slice(-1), { facts, isAuto: false, nowMs: 0 });
  const view = viewOf(memoryOf(story), { nowMs: 0, faults: [] }).story;
  expect(view?.narration.slice(0, 2)).toEqual([
    "Well again 45.6 s after the fault, but by no repair of this ticket.",
    "The monitor saw that it holds, and closed the ticket. Nobody gets the credit.",
  ]);
  expect(view?.keys.map(([key]) => key)).not.toContain("h");
});

function memoryOf(story: Story): LiveMemory {
  const rings = { monitor: createRing({ linesMax: 1 }), agent: createRing({ linesMax: 1 }) };
  const fixed = { subject: "tikv", provenance: "", mode: "execute", model: "runbook" };
  return createMemory({ ...fixed, figures: tikvFigures, story, rings, chosen: 0 });
}
