import { describe, expect, test } from "bun:test";
import type { Chapter, StageAction, StoryFacts } from "../../demo/chapter.ts";
import { tikvChapters } from "../../demo/chapters/tikv.ts";
import type { DemoSummary } from "../../demo/events.ts";
import {
  beginStory,
  COUNTDOWN_MS,
  canChooseFault,
  errorOf,
  isPlayedOut,
  type Story,
  type StoryInput,
  stepStory,
} from "../../demo/story.ts";

const FACTS: StoryFacts = {
  subject: "tikv",
  place: { runtime: "local", isStandIn: true, timeScale: 10, hasLedger: true },
  model: "runbook",
  hasAgent: true,
  fault: { name: "store_kill", describes: "One store is killed." },
};

const SUMMARY: DemoSummary = {
  type: "summary",
  subject: "tikv",
  fault: "store_kill",
  target: "tikv2",
  detected: true,
  timeToDetectMs: 1_000,
  timeToMitigateMs: null,
  resolution: "escalated",
  sessionId: null,
  counts: { writes_acknowledged: 10 },
  harms: [{ name: "writes_lost", label: "acknowledged writes lost", count: 0, when: undefined }],
  ledger: "kept",
  exitCode: 3,
};

/** A story with the inputs and waits that a test gives it, and what the stage was asked. */
function play(chapters: readonly Chapter[] = tikvChapters, { isAuto = false } = {}) {
  let nowMs = 0;
  let story: Story = beginStory(chapters, { facts: FACTS, isAuto, nowMs });
  const acts: StageAction[] = [];
  const give = (input: StoryInput) => {
    const step = stepStory(story, input, nowMs);
    story = step.story;
    if (step.act) acts.push(step.act);
  };
  const player = {
    acts,
    give: (...types: readonly ("next" | "back" | "cancel" | "pause" | "heal" | "tick")[]) => {
      for (const type of types) give({ type });
      return player;
    },
    done: (facts: Partial<StoryFacts> = {}) => {
      give({ type: "action_done", facts });
      return player;
    },
    fails: (error: string) => {
      give({ type: "action_failed", error });
      return player;
    },
    loses: (error: string) => {
      give({ type: "child_lost", error });
      return player;
    },
    happens: (what: Chapter["awaits"] & string) => {
      give({ type: "happened", what, facts: {} });
      return player;
    },
    wait: (durationMs: number) => {
      nowMs += durationMs;
      return player.give("tick");
    },
    story: () => story,
    titles: () => [story.chapters[story.shown]?.title, story.chapters[story.reached]?.title],
    isPlayedOut: () => isPlayedOut(story, nowMs),
  };
  return player;
}

function atFault() {
  const player = play().give("next").done().happens("healthy");
  return player.give("next").done().happens("load_flows").give("next");
}

describe("the story", () => {
  test("begins a chapter's action when the chapter is reached", () => {
    expect(play().give("next").acts).toEqual(["raise"]);
  });

  test("does not go on while an action runs, or what it awaits has not happened", () => {
    const player = play().give("next", "next", "next");
    expect(player.titles()).toEqual(["Health", "Health"]);
    expect(player.done().give("next").titles()).toEqual(["Health", "Health"]);
    expect(player.happens("healthy").give("next").titles()).toEqual(["Load", "Load"]);
    expect(player.acts).toEqual(["raise", "start_load"]);
  });

  test("shows a failed action and does not go on", () => {
    const player = play().give("next").fails("tikv2 did not come up: port taken");
    expect(player.happens("healthy").give("next").titles()).toEqual(["Health", "Health"]);
    expect(player.story().action).toEqual({
      state: "failed",
      error: "tikv2 did not come up: port taken",
    });
  });

  test("strikes after a countdown, not before and not twice", () => {
    const player = atFault().give("next", "next", "next");
    player.wait(COUNTDOWN_MS - 1);
    expect(player.acts).toEqual(["raise", "start_load"]);
    player.wait(1).wait(10_000);
    expect(player.acts).toEqual(["raise", "start_load", "strike"]);
  });

  test.each(["cancel", "back", "pause"] as const)("%s stops the countdown", (type) => {
    const player = atFault()
      .give("next", type)
      .wait(COUNTDOWN_MS * 2);
    expect(player.acts).toEqual(["raise", "start_load"]);
  });

  test("goes from the fault to the end by what happens, without a key", () => {
    const player = atFault().give("next").wait(COUNTDOWN_MS).done();
    expect(player.titles()).toEqual(["Detection", "Detection"]);
    player.wait(3_600_000);
    expect(player.titles()).toEqual(["Detection", "Detection"]);
    player.happens("detected");
    expect(player.titles()).toEqual(["Diagnosis and repair", "Diagnosis and repair"]);
    player.happens("concluded").happens("ended");
    expect(player.titles()).toEqual(["The end", "The end"]);
    expect(player.acts.at(-1)).toBe("check_ledger");
  });

  test("no key makes detection, repair or verification happen", () => {
    const player = atFault().give("next").wait(COUNTDOWN_MS).done().give("next", "next", "next");
    expect(player.titles()).toEqual(["Detection", "Detection"]);
  });

  test("lets one read back while the play goes on", () => {
    const player = atFault().give("next").wait(COUNTDOWN_MS).done().give("back", "back");
    player.happens("detected");
    expect(player.titles()).toEqual(["Load", "Diagnosis and repair"]);
    expect(player.give("next", "next", "next").titles()[0]).toBe("Diagnosis and repair");
  });

  test("stands still while it is paused, and catches up afterwards", () => {
    const player = atFault().give("next").wait(COUNTDOWN_MS).done().give("pause");
    player.happens("detected");
    expect(player.titles()).toEqual(["Detection", "Detection"]);
    expect(player.give("pause").titles()).toEqual(["Diagnosis and repair", "Diagnosis and repair"]);
  });

  test("takes another fault before the strike, and none after", () => {
    const other = { name: "store_pause", describes: "One store is paused." };
    const player = atFault();
    const chosen = stepStory(player.story(), { type: "choose_fault", fault: other }, 0).story;
    expect(chosen.facts.fault).toEqual(other);
    const struck = player.give("next").wait(COUNTDOWN_MS).story();
    const late = stepStory(struck, { type: "choose_fault", fault: other }, 0).story;
    expect(late.facts.fault).toEqual(FACTS.fault);
  });

  test("plays by itself with --auto, waiting for what must happen, and ends", () => {
    const player = play(tikvChapters, { isAuto: true });
    player.wait(60_000).wait(60_000);
    expect(player.titles()).toEqual(["Health", "Health"]);
    player.done().happens("healthy").wait(60_000).done().happens("load_flows").wait(60_000);
    player.wait(60_000).wait(COUNTDOWN_MS).done();
    player.happens("detected").wait(60_000).happens("concluded").happens("ended");
    player.wait(60_000).wait(60_000).wait(60_000);
    expect(player.acts).toEqual(["raise", "start_load", "strike", "check_ledger"]);
    expect(player.isPlayedOut()).toBe(false);
    expect(player.done().wait(60_000).isPlayedOut()).toBe(true);
  });

  test("with --auto a failure is shown for a while, and ends it", () => {
    const player = play(tikvChapters, { isAuto: true }).wait(60_000).fails("no free port");
    expect(player.isPlayedOut()).toBe(false);
    expect(player.wait(60_000).isPlayedOut()).toBe(true);
    expect(player.titles()).toEqual(["Health", "Health"]);
  });

  test("with --auto the end stays while it is paused", () => {
    const player = play(tikvChapters.slice(-1), { isAuto: true }).give("pause").wait(60_000);
    expect(player.isPlayedOut()).toBe(false);
    expect(player.give("pause").isPlayedOut()).toBe(true);
  });

  test("a failure stops the countdown", () => {
    const player = atFault().give("next").fails("the load keeps ending").wait(COUNTDOWN_MS);
    expect(player.acts).toEqual(["raise", "start_load"]);
  });

  test("takes no other fault while the countdown runs", () => {
    expect(canChooseFault(atFault().story())).toBe(true);
    expect(canChooseFault(atFault().give("next").story())).toBe(false);
  });

  test("repairs on a person's word only at the end, and only what is broken", () => {
    const atEnd = (resolution: DemoSummary["resolution"]) =>
      atFault()
        .give("next", "heal")
        .wait(COUNTDOWN_MS)
        .done({ injectedAtMs: 1 })
        .happens("detected")
        .happens("concluded")
        .happens("ended")
        .give("heal")
        .done({ summary: { ...SUMMARY, resolution } });
    for (const well of ["verified_fix", "self_healed"] as const) {
      expect(atEnd(well).give("heal").acts).not.toContain("heal");
    }
    const player = atEnd("escalated").give("heal", "heal");
    expect(player.acts.filter((act) => act === "heal")).toEqual(["heal"]);
    expect(player.done({ isHealed: true }).give("heal").acts.at(-2)).toBe("check_ledger");
  });

  test("a child that is lost after the fault stops nothing, and is part of the account", () => {
    const struck = atFault().give("next").wait(COUNTDOWN_MS).done({ injectedAtMs: 1 });
    const player = struck.loses("the agent keeps ending").loses("the load keeps ending");
    player.happens("detected").happens("concluded").happens("ended");
    player.done({ summary: { ...SUMMARY, resolution: "unresolved" } });
    expect(player.titles()).toEqual(["The end", "The end"]);
    expect(errorOf(player.story())).toBe("the agent keeps ending");
    expect(player.give("heal").acts.at(-1)).toBe("heal");
  });

  test("what is broken can be repaired where a failed action ends the story", () => {
    expect(atFault().fails("no such store").give("heal").acts).not.toContain("heal");
    const player = atFault().give("next").wait(COUNTDOWN_MS).done({ injectedAtMs: 1 });
    player.happens("detected").happens("concluded").happens("ended").fails("the disk is full");
    expect(player.give("heal").acts.at(-1)).toBe("heal");
    expect(player.fails("it does not start").give("heal").acts.slice(-2)).toEqual(["heal", "heal"]);
    expect(player.done({ isHealed: true }).give("heal").acts.length).toBe(6);
  });

  test("every chapter says something, whatever is known so far", () => {
    for (const chapter of tikvChapters) {
      expect(chapter.narrate(FACTS).join("").length).toBeGreaterThan(10);
      expect(chapter.narrate(FACTS).join(" ")).not.toContain("undefined");
    }
  });
});
