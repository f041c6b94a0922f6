// Reading steps of the journal: what they did, and which of them can be taken back.
import type { ActionCall } from "../domain/action.ts";
import { canonicalJson, type Json, type JsonObject } from "../domain/json.ts";
import type { JournalEntry } from "../domain/session.ts";
import { callWords, type NamedCall } from "../domain/undo.ts";

/** A step that may be in effect, with the call that takes it back. */
export interface UndoableStep {
  readonly entry: JournalEntry;
  readonly call: ActionCall;
  readonly back: NamedCall;
}

/** Newest first. `entries` are all of one ticket. */
export function undoableSteps(entries: readonly JournalEntry[]): readonly UndoableStep[] {
  const taken = entries.filter(isTakingBack).map(({ undoes }) => undoes);
  return entries
    .filter((entry) => mayBeInEffect(entry) && !taken.includes(entry.id))
    .flatMap((entry) => {
      const call = callOf(entry.operation);
      const back = entry.undo?.type === "call" ? entry.undo.call : undefined;
      return call && back ? [{ entry, call, back }] : [];
    })
    .toSorted((left, right) => right.entry.id - left.entry.id);
}

/** Changes that nothing takes back, oldest first: for a person to know of. */
export function lastingSteps(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  return entries.filter((entry) => mayBeInEffect(entry) && entry.undo?.type === "none");
}

/** As `intentOf` wrote it; undefined for a command. */
export function callOf({ target, args }: JsonObject): ActionCall | undefined {
  if (typeof target !== "string") return undefined;
  return { target, args: isObject(args) ? args : {} };
}

export function stepWords({ kind, operation }: JournalEntry): string {
  const { action } = operation;
  const call = callOf(operation);
  if (typeof action === "string" && call) return callWords({ action, ...call });
  return `${kind} ${canonicalJson(operation)}`;
}

function mayBeInEffect({ undoes, state, hasChanged }: JournalEntry): boolean {
  const isOver = state === "done" || state === "failed" || state === "took_effect";
  return undoes === null && hasChanged !== false && (isOver || state === "unknown");
}

/** One that is under way in this very session is nobody's to begin again. */
function isTakingBack({ undoes, state }: JournalEntry): boolean {
  return undoes !== null && ["intended", "done", "took_effect"].includes(state);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
