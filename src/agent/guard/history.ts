// What agents did to a subject of late, as counts, and how much is enough: whatever one ticket or
// one hour needs beyond it, a person should look at.

import type { Action } from "../../domain/action.ts";
import { type Effect, isLook, isStartAlone, mayInterrupt } from "../../domain/effect.ts";
import type { ObservedMember } from "../../domain/observation.ts";
import type { RecentStep } from "../../domain/session.ts";

export interface StepCount {
  /** What was changed, whatever became of it; of a command that changed several things, each. */
  readonly steps: number;
  /** Those among them that took members away, or let everybody wait. */
  readonly interruptions: number;
}

export interface History {
  readonly ticket: StepCount;
  /**
   * Of all tickets of the subject, in the last 60 minutes; the ticket's own are among them. What
   * only started somebody is none of these steps: who else is down must not wait for the hour.
   */
  readonly hour: StepCount;
  /** How often each member was started in the last ten minutes; absent: never. */
  readonly started?: Readonly<Record<string, number>>;
}

export const NO_HISTORY: History = {
  ticket: { steps: 0, interruptions: 0 },
  hour: { steps: 0, interruptions: 0 },
};

export interface BlastRadius {
  readonly ticket: StepCount;
  readonly hour: StepCount;
}

export const HOUR_MS = 60 * 60_000;
const STARTS_MS = 10 * 60_000;
/** Who ends so often by itself, soon after each start, will end again. */
const STARTS_MAX = 20;

export interface StepsOf {
  readonly ticketId: number | undefined;
  readonly nowMs: number;
  readonly isInterruption: (entry: RecentStep["entry"]) => boolean;
}

/** `steps` are the subject's, those of the ticket among them. */
export function countHistory(steps: readonly RecentStep[], about: StepsOf): History {
  const { ticketId, nowMs, isInterruption } = about;
  const entries = steps.map(({ entry }) => entry);
  const count = (some: typeof entries): StepCount => ({
    steps: some.reduce((sum, { effects }) => sum + countChanges(effects ?? []), 0),
    interruptions: some.reduce(
      (sum, entry) =>
        sum + countPauses(entry.effects ?? []) + (isInterruption(entry) ? countStruck(entry) : 0),
      0,
    ),
  });
  const since = (spanMs: number) =>
    entries.filter(({ startedAtMs }) => isWithin(spanMs, { atMs: startedAtMs, nowMs }));
  const ofHour = since(HOUR_MS);
  const ofOthers = ofHour.filter(({ effects }) => !effects || !isStartAlone(effects));
  return {
    ticket: count(entries.filter((entry) => entry.ticketId === ticketId)),
    hour: count(ofOthers),
    started: countStarts(since(STARTS_MS)),
  };
}

function countStarts(entries: readonly RecentStep["entry"][]): Record<string, number> {
  const begun = entries.filter(({ hasChanged }) => hasChanged !== false);
  const names = begun.flatMap(({ effects }) => startedBy(effects ?? []));
  return Object.fromEntries(
    [...Map.groupBy(names, String)].map(([name, all]) => [name, all.length]),
  );
}

/** Each once, however often the step names it. */
function startedBy(effects: readonly Effect[]): readonly string[] {
  const starts = effects.filter(({ kind }) => kind === "start");
  return [...new Set(starts.flatMap(({ targets }) => targets))];
}

/** At least the step itself. */
export function countChanges(effects: readonly Effect[]): number {
  return Math.max(1, effects.filter((effect) => !isLook([effect])).length);
}

/** Each whom one step interrupted, and at least one. */
function countStruck({ effects }: RecentStep["entry"]): number {
  return Math.max(1, new Set(struckBy(effects ?? [])).size);
}

function struckBy(effects: readonly Effect[]): readonly string[] {
  return effects.filter(mayInterrupt).flatMap(({ targets }) => targets);
}

export function countPauses(effects: readonly Effect[]): number {
  return effects.filter(({ pauses }) => pauses).length;
}

/**
 * Stamped so long ago at most. What is stamped further ahead than that was stamped before the clock
 * was set back: it would count until the clock is there again.
 */
function isWithin(
  spanMs: number,
  { atMs, nowMs }: { readonly atMs: number; readonly nowMs: number },
): boolean {
  return Math.abs(nowMs - atMs) < spanMs;
}

export interface KnownWays {
  readonly actions: readonly Pick<Action, "name" | "effect">[];
  readonly classify: (command: string) => readonly Effect[];
}

/** A step of the journal; one that was written before effects were is classified again. */
export function interrupts(
  { operation, effects }: Pick<RecentStep["entry"], "operation" | "effects">,
  { actions, classify }: KnownWays,
): boolean {
  if (effects) return effects.some(mayInterrupt);
  const action = actions.find(({ name }) => name === operation.action);
  if (action) return action.effect === "interrupt";
  const command = typeof operation.command === "string" ? operation.command : "";
  return classify(command).some(mayInterrupt);
}

/** One that was told to end may answer for a while, and one that was started may end again. */
const AFTERMATH_MS = 5_000;
/** One that was told to end may take so long while no other is seen: systemd gives 90 s. */
const FAREWELL_MS = 120_000;
/** When a process began is often told in whole seconds. */
const ROUNDED_MS = 2_000;

export interface Aftermath extends Pick<StepsOf, "nowMs" | "isInterruption"> {
  /** As they were seen last. */
  readonly members: readonly Pick<ObservedMember, "name" | "startedAtMs">[];
}

/** Whom a step interrupted just now, or is about to, or who may be ending still. */
export function shakenBy(
  steps: readonly RecentStep[],
  { nowMs, isInterruption, members }: Aftermath,
): readonly string[] {
  const isNew = (name: string, sinceMs: number) => {
    const startedAtMs = members.find((member) => member.name === name)?.startedAtMs;
    return startedAtMs === undefined || (startedAtMs ?? 0) >= sinceMs - ROUNDED_MS;
  };
  const shaken = steps.flatMap(({ entry, isUnderWay }) => {
    const { startedAtMs, endedAtMs, hasChanged, effects, targets } = entry;
    const atMs = endedAtMs ?? (isUnderWay ? nowMs : startedAtMs);
    const isOver = hasChanged === false || !isWithin(FAREWELL_MS, { atMs, nowMs });
    if (isOver || !isInterruption(entry)) return [];
    if (isWithin(AFTERMATH_MS, { atMs, nowMs })) return targets;
    return struckBy(effects ?? []).filter((name) => !isNew(name, startedAtMs));
  });
  return [...new Set(shaken)];
}

/** A runbook needs at most 3 steps, a model that tries things out some more. */
export const BLAST_RADIUS: BlastRadius = {
  ticket: { steps: 20, interruptions: 5 },
  hour: { steps: 120, interruptions: 30 },
};

export interface NextStep {
  readonly history: History;
  readonly radius: BlastRadius;
  readonly effects: readonly Effect[];
  /** How many it would be. */
  readonly changes: number;
  /** How many of them would be interruptions. */
  readonly interruptions: number;
}

/** Why there may be no further step; undefined while there may. */
export function findExcess(next: NextStep): string | undefined {
  const { history, radius, effects, changes, interruptions } = next;
  const { started = {} } = history;
  const restless = startedBy(effects).find((name) => (started[name] ?? 0) >= STARTS_MAX);
  if (restless !== undefined) {
    const often = `${started[restless]} times within ${STARTS_MS / 60_000} minutes`;
    return `${restless} was started ${often}, and ended again; a person must look why`;
  }
  for (const span of ["ticket", "hour"] as const) {
    const during = span === "ticket" ? "on this ticket" : "on this subject within an hour";
    for (const what of ["steps", "interruptions"] as const) {
      const isFree = span === "hour" && isStartAlone(effects);
      const steps = isFree ? 0 : changes;
      const more = what === "steps" ? steps : interruptions;
      const [done, most] = [history[span][what], radius[span][what]];
      if (more === 0 || done + more <= most) continue;
      const used = `${done} of ${most} ${what} ${during} are used up`;
      const left = `it takes ${more}, and of ${most} ${what} ${during} ${most - done} are left`;
      return `${done >= most ? used : left}; a person must look`;
    }
  }
  return undefined;
}
