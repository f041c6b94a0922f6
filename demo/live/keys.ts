// Pure: what a key means, given what is on the screen.
import { approvalScrollMax } from "../../src/panels/approval.ts";
import type { Room } from "../../src/panels/fit.ts";
import type { Key } from "../../src/panels/keys-names.ts";
import { overlayRoom } from "../../src/panels/overlay.ts";
import { type ScrollStep, scrollLog } from "../../src/panels/scroll.ts";
import { storyScrollMax } from "../../src/panels/story-panel.ts";
import type { PanelName, ScreenSize, ScreenView } from "../../src/panels/view.ts";
import { canChooseFault, canHeal, type StoryInput } from "../story.ts";
import type { ApprovalDesk, Desk, LiveMemory } from "./memory.ts";

export type KeyCommand =
  | { readonly type: "nothing" }
  | { readonly type: "quit" }
  | { readonly type: "again" }
  | {
      readonly type: "decide";
      readonly approvalId: number;
      readonly decision: "approved" | "denied";
    }
  | { readonly type: "choose_fault"; readonly index: number }
  | { readonly type: "story"; readonly input: StoryInput }
  | { readonly type: "desk"; readonly desk: Partial<Desk> };

export interface KeyContext {
  readonly view: ScreenView;
  readonly size: ScreenSize;
  /** Of the panel in focus; undefined while it is not on the screen. */
  readonly room: Room | undefined;
  /** Those on the screen, in the order of TAB. */
  readonly panels: readonly PanelName[];
  readonly faultCount: number;
}

const NOTHING: KeyCommand = { type: "nothing" };

const SCROLLS: Readonly<Record<string, ScrollStep>> = {
  up: "up",
  down: "down",
  pageup: "page_up",
  pagedown: "page_down",
  home: "home",
  end: "end",
};

/** In what is read from its start. */
const ROWS: Readonly<Record<ScrollStep, number>> = {
  up: -1,
  down: 1,
  page_up: -5,
  page_down: 5,
  home: Number.NEGATIVE_INFINITY,
  end: Number.POSITIVE_INFINITY,
};

export function asksToQuit(key: Key): boolean {
  return key === "q" || key === "ctrl-c";
}

export function readKey(memory: LiveMemory, key: Key, context: KeyContext): KeyCommand {
  if (asksToQuit(key)) return { type: "quit" };
  const answer = readApprovalKey(memory, key, context);
  if (answer) return answer;
  const { overlay } = memory.desk;
  if (overlay === "help") return { type: "desk", desk: { overlay: undefined } };
  if (overlay === "faults") return readChoiceKey(memory, key, context);
  const scroll = scrollOf(key);
  if (scroll) return scrollFocused(memory, scroll, context);
  return readDeskKey(memory, key, context) ?? readStoryKey(memory, key) ?? NOTHING;
}

/** What is not on the screen is not answered, but shown. Keys that mean nothing here go on. */
function readApprovalKey(
  { record, drawnApproval }: LiveMemory,
  key: Key,
  { view, size }: KeyContext,
): KeyCommand | undefined {
  const { overlay } = view;
  const isAnswer = key === "a" || key === "d";
  if (overlay?.type !== "approval") {
    return record.approval && isAnswer
      ? { type: "desk", desk: { approval: undefined } }
      : undefined;
  }
  const { id, scrolledDown = 0 } = overlay;
  if (isAnswer) {
    // Another one, which has just taken its place, nobody has read.
    const decision = key === "a" ? "approved" : "denied";
    return id === drawnApproval ? { type: "decide", approvalId: id, decision } : NOTHING;
  }
  const arrange = (changes: Partial<ApprovalDesk>): KeyCommand => ({
    type: "desk",
    desk: { approval: { id, scrolledDown, isAside: false, ...changes } },
  });
  if (key === "escape") return arrange({ isAside: true });
  const scroll = scrollOf(key);
  if (!scroll) return key === "?" ? NOTHING : undefined;
  const most = approvalScrollMax(overlay, overlayRoom(size));
  return arrange({ scrolledDown: Math.min(most, Math.max(0, scrolledDown + ROWS[scroll])) });
}

function scrollOf(key: Key): ScrollStep | undefined {
  return Object.hasOwn(SCROLLS, key) ? SCROLLS[key] : undefined;
}

function readChoiceKey({ desk }: LiveMemory, key: Key, { faultCount }: KeyContext): KeyCommand {
  const moveTo = (chosen: number): KeyCommand => ({
    type: "desk",
    desk: { chosen: (chosen + faultCount) % faultCount },
  });
  if (key === "up") return moveTo(desk.chosen - 1);
  if (key === "down") return moveTo(desk.chosen + 1);
  if (key === "enter" || key === "space") return { type: "choose_fault", index: desk.chosen };
  return key === "escape" || key === "f" ? { type: "desk", desk: { overlay: undefined } } : NOTHING;
}

function readDeskKey(
  { desk, story }: LiveMemory,
  key: Key,
  { panels }: KeyContext,
): KeyCommand | undefined {
  const place = panels.indexOf(desk.focus);
  const focusOn = (index: number): KeyCommand => ({
    type: "desk",
    desk: { focus: panels[(index + panels.length) % panels.length] ?? desk.focus },
  });
  if (key === "tab") return focusOn(place + 1);
  if (key === "backtab") return focusOn(place - 1);
  if (key === "z") return { type: "desk", desk: { isZoomed: !desk.isZoomed } };
  if (key === "?") return { type: "desk", desk: { overlay: "help" } };
  const canChoose = story !== undefined && canChooseFault(story);
  if (key === "f" && canChoose) return { type: "desk", desk: { overlay: "faults" } };
  return undefined;
}

function readStoryKey({ story }: LiveMemory, key: Key): KeyCommand | undefined {
  if (!story) return undefined;
  const say = (type: "next" | "back" | "cancel" | "pause" | "heal"): KeyCommand => ({
    type: "story",
    input: { type },
  });
  if (key === "space" || key === "enter" || key === "right") return say("next");
  if (key === "b" || key === "left") return say("back");
  if (key === "escape") return say("cancel");
  if (key === "p") return say("pause");
  if (key === "r" && story.action.state !== "running") return { type: "again" };
  return key === "h" && canHeal(story) ? say("heal") : undefined;
}

function scrollFocused(
  { desk }: LiveMemory,
  step: ScrollStep,
  { view, room }: KeyContext,
): KeyCommand {
  const { focus } = desk;
  if (focus === "story" && view.story && room) {
    const most = storyScrollMax(view.story, room);
    const storyScroll = Math.min(most, Math.max(0, desk.storyScroll + ROWS[step]));
    return { type: "desk", desk: { storyScroll } };
  }
  if ((focus !== "monitor" && focus !== "agent") || !room) return NOTHING;
  const scrolled = scrollLog(view[focus], { step, room });
  return { type: "desk", desk: { scrolledBack: { ...desk.scrolledBack, [focus]: scrolled } } };
}
