// Pure: from what is known to what the screen shows.
import type { MemberFigure, ObservedMember } from "../../src/domain/observation.ts";
import { isLive, type Ticket } from "../../src/domain/ticket.ts";
import { formatCost, formatCount } from "../../src/panels/units.ts";
import type {
  ClusterView,
  FigureView,
  LogView,
  MemberView,
  OverlayView,
  ScreenView,
  StatusView,
  StoryView,
  WorkloadView,
} from "../../src/panels/view.ts";
import type { StageAction, StoryFacts } from "../chapter.ts";
import {
  canAdvance,
  canChooseFault,
  canHeal,
  errorOf,
  isAtEnd,
  type Story,
  shownChapter,
} from "../story.ts";
import { approvalFacts } from "./approval-facts.ts";
import { figuresOf } from "./load.ts";
import { type LiveMemory, marksOf, type TicketRecord } from "./memory.ts";

/** Three looks that did not come. */
const STALE_AFTER_MS = 3_500;

export type KeyHelp = readonly (readonly [key: string, does: string])[];

export const KEY_HELP: KeyHelp = [
  ["SPACE ENTER RIGHT", "next chapter"],
  ["b", "back, to read again"],
  ["f", "choose another fault, before it strikes"],
  ["TAB", "next panel"],
  ["UP DOWN PGUP PGDN HOME END", "scroll the panel in focus"],
  ["z", "the panel in focus on the whole screen, and back"],
  ["a d", "approve or deny what the agent asks for"],
  ["p", "pause the story"],
  ["r", "play it again from the start"],
  ["h", "at the end: repair what the agent could not"],
  ["q Ctrl-C", "quit; a second Ctrl-C at once"],
];

/** In a watch there is no story. */
const WATCH_KEYS = ["TAB", "UP DOWN PGUP PGDN HOME END", "z", "a d", "q Ctrl-C"];

export interface FaultChoice {
  readonly name: string;
  readonly describes: string;
}

interface ViewMoment {
  readonly nowMs: number;
  readonly faults: readonly FaultChoice[];
}

export function viewOf(memory: LiveMemory, { nowMs, faults }: ViewMoment): ScreenView {
  const { desk, story } = memory;
  return {
    nowMs,
    cluster: clusterOf(memory),
    story: story && { ...storyOf(story, { nowMs, record: memory.record }), ...arranged(memory) },
    workload: workloadOf(memory),
    monitor: logOf(memory, "monitor"),
    agent: logOf(memory, "agent"),
    status: statusOf(memory),
    focus: desk.focus,
    isZoomed: desk.isZoomed,
    overlay: overlayOf(memory, { nowMs, faults }),
  };
}

function clusterOf(memory: LiveMemory): ClusterView {
  const { subject, provenance, look, lookBefore, lookTrouble, record } = memory;
  const live = record.tickets.filter(({ state }) => isLive(state));
  return {
    subject,
    provenance,
    readAtMs: look?.endedAtMs,
    staleAfterMs: STALE_AFTER_MS,
    trouble: lookTrouble,
    tables: look?.tables ?? [],
    members: (look?.members ?? []).map((member) =>
      memberOf(member, {
        before: lookBefore?.members.find(({ name }) => name === member.name),
        tickets: live.filter(({ entity }) => entity === member.name),
      }),
    ),
  };
}

interface MemberContext {
  readonly before: ObservedMember | undefined;
  /** Its live ones. */
  readonly tickets: readonly Ticket[];
}

/** While a repair is verified nobody knows: the member is neither violated nor simply well. */
function memberOf(
  { name, role, health, detail, figures = [] }: ObservedMember,
  { before, tickets }: MemberContext,
): MemberView {
  const shown = figures.map((figure) => figureOf(figure, before?.figures ?? []));
  const isViolated = tickets.some(({ state }) => state !== "verifying");
  const isVerifying = tickets.length > 0 && !isViolated && health === "up";
  const said = isVerifying ? "verifying" : detail;
  return { name, role, health, detail: said, isViolated, figures: shown };
}

/** Only moves of leaders are worth an arrow; the rest changes all the time. */
function figureOf(figure: MemberFigure, before: readonly MemberFigure[]): FigureView {
  const { label, value, unit } = figure;
  const old = before.find((candidate) => candidate.label === label)?.value ?? value;
  const change = unit === "count" ? value - old : 0;
  return { label, text: unit === "percent" ? `${value}%` : formatCount(value), change };
}

function arranged({ isLeaving, desk }: LiveMemory): Partial<StoryView> {
  const scrolledDown = desk.storyScroll;
  if (!isLeaving) return { scrolledDown };
  const activity = "taking the cluster down, to play it again";
  return { scrolledDown, activity, keys: [["q", "quit"]] };
}

interface StoryMoment {
  readonly nowMs: number;
  readonly record: TicketRecord;
}

function storyOf(story: Story, { nowMs, record }: StoryMoment): StoryView {
  const isRefused = story.happened.includes("concluded") && record.followed?.state === "claimed";
  const chapter = shownChapter(story);
  const isPlayed = story.shown === story.reached;
  return {
    chapter: story.shown + 1,
    chapters: story.chapters.length,
    title: chapter.title,
    narration: chapter.narrate(story.facts),
    activity: isPlayed
      ? activityOf(story, { nowMs, isRefused })
      : `the play is at chapter ${story.reached + 1}`,
    error: isPlayed ? errorOf(story) : undefined,
    keys: keysOf(story),
  };
}

const ACTIVITIES = {
  raise: "raising the cluster",
  start_load: "starting the load",
  strike: "breaking it",
  check_ledger: "reading every write back",
  heal: "repairing it",
  healthy: "waiting until all is seen well",
  load_flows: "waiting for first operations",
  detected: "waiting for the monitor's ticket",
  concluded: "the agent is at work",
  ended: "waiting for the verdict",
} as const;

function activityOf(
  story: Story,
  { nowMs, isRefused }: { readonly nowMs: number; readonly isRefused: boolean },
): string | undefined {
  const { countdownDueMs, isPaused, isAuto, action, happened } = story;
  const { awaits } = shownChapter(story);
  if (countdownDueMs !== undefined) {
    return `it breaks in ${Math.max(0, Math.ceil((countdownDueMs - nowMs) / 1000))} s`;
  }
  if (action.state === "failed") return undefined;
  if (isPaused && (isAuto || !isAtEnd(story))) return "paused: p goes on";
  if (action.state === "running") return actionText(action.act, story.facts);
  if (!awaits || happened.includes(awaits)) return undefined;
  if (awaits === "concluded" && !story.facts.hasAgent) return "nobody is here to repair it";
  return awaits === "ended" && isRefused
    ? "refused: the agent is at work again"
    : ACTIVITIES[awaits];
}

function actionText(act: StageAction, { place }: StoryFacts): string {
  return act === "check_ledger" && !place.hasLedger ? "stopping the load" : ACTIVITIES[act];
}

function keysOf(story: Story): KeyHelp {
  const isReadingBack = story.shown < story.reached;
  const isCounting = story.countdownDueMs !== undefined;
  const canStrike = canChooseFault(story) && !isReadingBack;
  const isOver = isAtEnd(story) || story.action.state === "failed";
  return [
    ...(isReadingBack || canAdvance(story) ? [["SPACE", "next"] as const] : []),
    ...(canStrike ? [["SPACE", "strike"] as const] : []),
    ...(isCounting ? [["ESC", "cancel"] as const] : []),
    ...(canChooseFault(story) ? [["f", "another fault"] as const] : []),
    ...(story.shown > 0 ? [["b", "back"] as const] : []),
    ...(canHeal(story) ? [["h", "repair it"] as const] : []),
    ...(isOver ? [["r", "again"] as const] : []),
    ["?", "help"],
    ["q", "quit"],
  ];
}

function workloadOf(memory: LiveMemory): WorkloadView | undefined {
  const { load, record } = memory;
  if (!load) return undefined;
  const figures = figuresOf(load, memory.figures);
  return { seconds: load.seconds, marks: marksOf(record), figures };
}

const PURPOSES = {
  monitor: "looks at every member, opens tickets, and closes them by what it sees",
  agent: "takes tickets, finds the cause, and repairs it under guard",
} as const;

function logOf(memory: LiveMemory, name: "monitor" | "agent"): LogView {
  const ring = memory.rings[name];
  return {
    title: name === "monitor" ? "Monitor" : "Agent",
    purpose: PURPOSES[name],
    lines: ring.lines,
    droppedLines: ring.droppedLines,
    scrolledBack: memory.desk.scrolledBack[name],
    process: memory.processes[name],
    footer: name === "agent" ? (asideOf(memory) ?? spentOf(memory)) : undefined,
  };
}

/** What was set aside is not forgotten. */
function asideOf({ record, desk }: LiveMemory): string | undefined {
  const { approval } = record;
  const isAside = approval && desk.approval?.id === approval.id && desk.approval.isAside;
  return isAside ? `approval #${approval.id} waits: a shows it` : undefined;
}

function spentOf({ record }: LiveMemory): string | undefined {
  const usage = record.session?.usage;
  if (!usage) return undefined;
  const cached = usage.cacheReadTokens + usage.cacheWriteTokens;
  const tokens = usage.inputTokens + usage.outputTokens + cached;
  return `${formatCount(tokens)} tokens · ${formatCost(usage.costUsd)}`;
}

function statusOf({ record, mode, model }: LiveMemory): StatusView {
  const { id, state, resolution } = record.followed ?? {};
  return {
    ticket: id && state ? { id, state, resolution: resolution ?? undefined } : undefined,
    timeline: timelineOf(record),
    mode,
    model,
  };
}

function timelineOf({ injectedAtMs, followed, session, steps }: LiveMemory["record"]) {
  const { openedAtMs, resolvedAtMs, violatedSinceMs } = followed ?? {};
  const moments = [
    {
      label: injectedAtMs === undefined ? "violated" : "fault",
      atMs: injectedAtMs ?? violatedSinceMs,
    },
    { label: "detected", atMs: openedAtMs },
    { label: "claimed", atMs: session?.startedAtMs },
    { label: "acted", atMs: steps.at(-1)?.endedAtMs },
    {
      label: followed?.resolution === "verified_fix" ? "verified" : "resolved",
      atMs: resolvedAtMs,
    },
  ];
  return moments.flatMap(({ label, atMs }) => (atMs ? [{ label, atMs }] : []));
}

/** What a person must decide stands before what they asked to see. */
function overlayOf(
  { desk, record, story }: LiveMemory,
  { nowMs, faults }: ViewMoment,
): OverlayView | undefined {
  const { approval } = record;
  const arranged = desk.approval?.id === approval?.id ? desk.approval : undefined;
  if (approval && !arranged?.isAside) {
    const { id, operation } = approval;
    const facts = approvalFacts(approval, nowMs);
    return { type: "approval", id, operation, facts, scrolledDown: arranged?.scrolledDown ?? 0 };
  }
  if (desk.overlay === "help") {
    const keys = story ? KEY_HELP : KEY_HELP.filter(([key]) => WATCH_KEYS.includes(key));
    return { type: "help", keys };
  }
  if (desk.overlay !== "faults") return undefined;
  return { type: "choice", title: "Which fault?", choices: faults, chosen: desk.chosen };
}
