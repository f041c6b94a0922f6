// The player of chapters, pure: what a key, a moment or something that happened makes of the story,
// and what the stage is asked to do. Reading and playing are two places: one can read back while
// the play goes on.
import { assert, unreachable } from "../src/domain/errors.ts";
import type { Awaited, Chapter, StageAction, StoryFacts } from "./chapter.ts";
import type { DemoResolution } from "./events.ts";

export interface Story {
  readonly chapters: readonly Chapter[];
  /** The chapter being read, and the one being played; read never passes played. */
  readonly shown: number;
  readonly reached: number;
  /** Of the chapter being played. */
  readonly action: ActionState;
  readonly countdownDueMs: number | undefined;
  readonly isPaused: boolean;
  /** Plays by itself, with readable pauses. */
  readonly isAuto: boolean;
  /** Since when the chapter being played says what it says now. */
  readonly enteredAtMs: number;
  readonly happened: readonly Awaited[];
  /** What was lost on the way and did not stop the story; part of its account. */
  readonly trouble: string | undefined;
  readonly facts: StoryFacts;
}

export type ActionState =
  | { readonly state: "none" | "waiting" | "done" }
  | { readonly state: "running"; readonly act: StageAction }
  | { readonly state: "failed"; readonly error: string };

export type StoryInput =
  | { readonly type: "next" | "back" | "cancel" | "pause" | "heal" }
  | { readonly type: "tick" }
  | { readonly type: "choose_fault"; readonly fault: StoryFacts["fault"] }
  | { readonly type: "action_done"; readonly facts: Partial<StoryFacts> }
  | { readonly type: "action_failed"; readonly error: string }
  | { readonly type: "child_lost"; readonly error: string }
  | { readonly type: "happened"; readonly what: Awaited; readonly facts: Partial<StoryFacts> };

export interface StoryStep {
  readonly story: Story;
  /** What the stage must begin now. */
  readonly act: StageAction | undefined;
}

export const COUNTDOWN_MS = 3_000;
/** In --auto: long enough to read a chapter that waits for nobody, and one that was waited for. */
const READ_MS = 6_000;
const GLANCE_MS = 2_500;

export function beginStory(
  chapters: readonly Chapter[],
  options: { readonly facts: StoryFacts; readonly isAuto: boolean; readonly nowMs: number },
): Story {
  const { facts, isAuto, nowMs } = options;
  return {
    chapters,
    shown: 0,
    reached: 0,
    action: { state: "none" },
    countdownDueMs: undefined,
    isPaused: false,
    isAuto,
    enteredAtMs: nowMs,
    happened: [],
    trouble: undefined,
    facts,
  };
}

export function stepStory(story: Story, input: StoryInput, nowMs: number): StoryStep {
  switch (input.type) {
    case "next":
      return next(story, nowMs);
    case "back":
      return stay({ ...cancelled(story), shown: Math.max(0, story.shown - 1) });
    case "cancel":
      return stay(cancelled(story));
    case "pause":
      return goOn({ ...cancelled(story), isPaused: !story.isPaused }, nowMs);
    case "heal":
      return canHeal(story) ? begin(story, "heal") : stay(story);
    case "tick":
      return goOn(story, nowMs);
    case "choose_fault":
      return stay(canChooseFault(story) ? withFacts(story, { fault: input.fault }) : story);
    case "action_done":
      return actionDone(withFacts(story, input.facts), nowMs);
    case "action_failed": {
      const action = { state: "failed", error: input.error } as const;
      return stay({ ...cancelled(story), action, enteredAtMs: nowMs });
    }
    case "child_lost":
      return stay({ ...story, trouble: story.trouble ?? input.error });
    case "happened": {
      const happened = [...story.happened, input.what];
      return goOn({ ...withFacts(story, input.facts), happened }, nowMs);
    }
    default:
      return unreachable(input);
  }
}

export function playedChapter({ chapters, reached }: Story): Chapter {
  return chapterAt(chapters, reached);
}

export function shownChapter({ chapters, shown }: Story): Chapter {
  return chapterAt(chapters, shown);
}

/** Only before the strike and its countdown. */
export function canChooseFault(story: Story): boolean {
  const isWaiting = story.action.state === "waiting" && story.countdownDueMs === undefined;
  return playedChapter(story).isStrike === true && isWaiting;
}

/** Nothing runs, nothing is awaited, and there is a next chapter. */
export function canAdvance(story: Story): boolean {
  const { awaits } = playedChapter(story);
  const isFree = story.action.state === "none" || story.action.state === "done";
  const isAwaiting = awaits !== undefined && !story.happened.includes(awaits);
  return isFree && !isAwaiting && story.reached < story.chapters.length - 1;
}

export function isAtEnd({ reached, chapters, action }: Story): boolean {
  return reached === chapters.length - 1 && action.state !== "running";
}

/** The monitor has closed the tickets by what it saw. */
const SEEN_WELL: readonly DemoResolution[] = ["verified_fix", "self_healed"];

/** Nothing but the agent repairs before the end; where the story ends, what it could not. */
export function canHeal(story: Story): boolean {
  const { summary, isHealed, injectedAtMs } = story.facts;
  if (injectedAtMs === undefined || isHealed) return false;
  if (story.action.state === "failed") return true;
  return isAtEnd(story) && !!summary && !SEEN_WELL.includes(summary.resolution);
}

/** What stopped the story, or was lost on its way. */
export function errorOf({ action, trouble }: Story): string | undefined {
  return action.state === "failed" ? action.error : trouble;
}

/** In --auto: the end, or what went wrong, has been shown long enough. */
export function isPlayedOut(story: Story, nowMs: number): boolean {
  const isOver = isAtEnd(story) || story.action.state === "failed";
  const isGoingOn = story.isAuto && !story.isPaused;
  return isGoingOn && isOver && nowMs - story.enteredAtMs >= READ_MS;
}

function next(story: Story, nowMs: number): StoryStep {
  if (story.shown < story.reached) return stay({ ...story, shown: story.shown + 1 });
  if (canChooseFault(story)) {
    return stay({ ...story, isPaused: false, countdownDueMs: nowMs + COUNTDOWN_MS });
  }
  return canAdvance(story) ? enter(story, nowMs) : stay(story);
}

/** What goes on without anyone: the countdown, chapters that only awaited, and all in --auto. */
function goOn(story: Story, nowMs: number): StoryStep {
  if (story.isPaused) return stay(story);
  if (story.countdownDueMs !== undefined && nowMs >= story.countdownDueMs) return strike(story);
  const dwellMs = nowMs - story.enteredAtMs;
  const isAutomatic = playedChapter(story).isAutomatic === true;
  if (canAdvance(story) && isAutomatic && (!story.isAuto || dwellMs >= GLANCE_MS)) {
    return enter(story, nowMs);
  }
  if (story.isAuto && !isAutomatic && dwellMs >= READ_MS) return next(story, nowMs);
  if (story.isAuto && canChooseFault(story) && dwellMs >= READ_MS) return next(story, nowMs);
  return stay(story);
}

function strike(story: Story): StoryStep {
  const { action } = playedChapter(story);
  assert(action !== undefined, "a countdown ends in an action");
  return begin(cancelled(story), action);
}

/** The last chapter says something new when its action is done; the others do not. */
function actionDone(story: Story, nowMs: number): StoryStep {
  const isLast = story.reached === story.chapters.length - 1;
  const enteredAtMs = isLast ? nowMs : story.enteredAtMs;
  return goOn({ ...story, action: { state: "done" }, enteredAtMs }, nowMs);
}

/** The reader goes along, unless they are reading back. */
function enter(story: Story, nowMs: number): StoryStep {
  const reached = story.reached + 1;
  const shown = story.shown === story.reached ? reached : story.shown;
  const { action, isStrike } = chapterAt(story.chapters, reached);
  const entered = { ...story, reached, shown, enteredAtMs: nowMs };
  if (action === undefined) return stay({ ...entered, action: { state: "none" } });
  if (isStrike) return stay({ ...entered, action: { state: "waiting" } });
  return begin(entered, action);
}

function begin(story: Story, act: StageAction): StoryStep {
  return { story: { ...story, action: { state: "running", act } }, act };
}

function stay(story: Story): StoryStep {
  return { story, act: undefined };
}

function cancelled(story: Story): Story {
  return { ...story, countdownDueMs: undefined };
}

function withFacts(story: Story, facts: Partial<StoryFacts>): Story {
  return { ...story, facts: { ...story.facts, ...facts } };
}

function chapterAt(chapters: readonly Chapter[], index: number): Chapter {
  const chapter = chapters[index];
  assert(chapter !== undefined, `there is a chapter ${index}`);
  return chapter;
}
