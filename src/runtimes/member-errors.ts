// What no runtime does with a member, in the words that are the same for all of them.
import { OperatorError } from "../domain/errors.ts";
import type { MemberPlan, Topology } from "../domain/subject.ts";

/** Throws code "not_found" with the valid names. */
export function planOf({ subject, members }: Topology, name: string): MemberPlan {
  const found = members.find((member) => member.name === name);
  if (found) return found;
  const valid = members.map((member) => member.name).join(", ");
  throw new OperatorError("not_found", `no member "${name}" in ${subject}: one of ${valid}`);
}

export function startOfPaused(subject: string, name: string): OperatorError {
  return new OperatorError("conflict", `starting ${name}: it is paused, not stopped`, {
    hint: `operator subject resume ${subject} ${name}`,
  });
}

export function needsToRun(doing: "pausing" | "resuming", name: string): OperatorError {
  return new OperatorError("conflict", `${doing} ${name}: it is stopped`, {
    hint: `start ${name} first`,
  });
}

/** For a member that writes what it holds when it ends: how long a stop waits for it. */
export const SAVES_WITHIN_MS = 30_000;

export function stillSaving(name: string): OperatorError {
  const message = `stopping ${name}: it has not ended within ${SAVES_WITHIN_MS / 1000} s`;
  return new OperatorError("runtime", `${message}: it may not be able to save`, {
    hint: "its log says why; a kill would end it, and lose what it has not saved",
  });
}

export function wouldLose(name: string, loss: string): OperatorError {
  return new OperatorError("runtime", `stopping ${name}: ${loss}: it runs on`, {
    hint: "have it save first; a kill would end it, and lose what it has not saved",
  });
}

export interface FailedStart {
  readonly subject: string;
  readonly name: string;
  readonly cause: string;
  /** The end of its log; empty when it has said nothing. */
  readonly log: string;
}

/** How many lines of a log `failedStart` shows. */
export const LOG_LINES_SHOWN = 8;

export function failedStart({ subject, name, cause, log }: FailedStart): OperatorError {
  const shown = log === "" ? "its log is empty" : `the end of its log:\n${indent(log)}`;
  return new OperatorError("runtime", `${startingOf({ subject, name })}: ${cause}; ${shown}`, {
    hint: `operator subject logs ${subject} ${name}`,
  });
}

export function interruptedStart(member: Pick<FailedStart, "subject" | "name">): OperatorError {
  return new OperatorError("interrupted", `${startingOf(member)}: interrupted`);
}

function startingOf({ subject, name }: Pick<FailedStart, "subject" | "name">): string {
  return `starting ${name} of ${subject}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
