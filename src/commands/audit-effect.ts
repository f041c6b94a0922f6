// What is known of a step's effect on the subject, and how its end is told in a word. Pure.
import { isStartAlone } from "../domain/effect.ts";
import type { JournalEntry } from "../domain/session.ts";

/**
 * `tried`: it failed or was interrupted, and may have changed something; nobody knows that it did.
 */
export type StepEffect = "none" | "tried" | "changed";

const BY_STATE: Readonly<Record<JournalEntry["state"], StepEffect>> = {
  intended: "tried",
  done: "changed",
  failed: "tried",
  took_effect: "changed",
  had_no_effect: "none",
  unknown: "tried",
  undone: "changed",
};

export function effectOf({ state, hasChanged }: JournalEntry): StepEffect {
  return hasChanged === false ? "none" : BY_STATE[state];
}

/** The most that is known of any of them; `taken_back` where nothing of it was left. */
export function effectOfAll(entries: readonly JournalEntry[]): StepEffect | "taken_back" {
  const changed = entries.filter((entry) => effectOf(entry) === "changed");
  const isLeft = changed.some(({ state, undoes }) => state !== "undone" && undoes === null);
  if (isLeft) return "changed";
  const isTried = entries.some((entry) => effectOf(entry) === "tried");
  if (changed.length === 0) return isTried ? "tried" : "none";
  return isTried ? "changed" : "taken_back";
}

/** Of sessions that called nothing repaired: what they set, and is in force still. */
export function leftBy(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  return entries.filter(
    (entry) =>
      effectOf(entry) === "changed" &&
      entry.state !== "undone" &&
      entry.undoes === null &&
      !isStartAlone(entry.effects ?? []),
  );
}

const ENDS: Readonly<Record<JournalEntry["state"], string>> = {
  intended: " (its end is not on record)",
  done: "",
  failed: " (failed)",
  took_effect: " (interrupted, and took effect)",
  had_no_effect: " (interrupted, without effect)",
  unknown: " (interrupted: nobody knows what it did)",
  undone: " (taken back)",
};

/** Empty of a step that was done. */
export function endWords({ state, hasChanged }: JournalEntry): string {
  return state === "failed" && hasChanged === false ? " (not done)" : ENDS[state];
}
