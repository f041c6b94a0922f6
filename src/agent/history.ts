// What earlier sessions did about a ticket, for the briefing of the next: nothing is repeated
// blindly.

import { unreachable } from "../domain/errors.ts";
import { canonicalJson } from "../domain/json.ts";
import type { JournalEntry, Session } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import { cutAt, oneLine } from "./lines.ts";

export interface EarlierSession {
  readonly session: Session;
  readonly journal: readonly JournalEntry[];
}

const RESULT_CHARS_MAX = 300;
/** The last ones say most. */
const SESSIONS_MAX = 5;
const STEPS_MAX = 20;

/** Plain text, still to be fenced; empty when there is nothing to tell. */
export function describeHistory(ticket: Ticket, earlier: readonly EarlierSession[]): string {
  const note = ticket.note === null ? [] : [`Note on the ticket: ${oneLine(ticket.note)}`];
  const sessions = earlier.slice(-SESSIONS_MAX).map(describeSession);
  return [...note, ...sessions].join("\n\n");
}

function describeSession({ session, journal }: EarlierSession): string {
  const { id, model, stopReason, stopDetail, conclusion } = session;
  const end = `${stopReason ?? "not ended"}${stopDetail ? `: ${oneLine(stopDetail)}` : ""}`;
  const lines = [`Session ${id} (${model}) ended: ${end}`];
  if (conclusion) {
    const { outcome, rootCause, summary } = conclusion;
    lines.push(
      `It concluded ${outcome}. Root cause: ${short(rootCause)} Summary: ${short(summary)}`,
    );
  }
  const steps = journal.slice(-STEPS_MAX).map(describeStep);
  return [...lines, ...(steps.length > 0 ? steps : ["It changed nothing."])].join("\n");
}

function describeStep({ kind, operation, undoes, ...step }: JournalEntry): string {
  const back = undoes === null ? "" : ` (to take back step ${undoes})`;
  return `- ${kind} ${canonicalJson(operation)}${back}: ${describeEnd(step)}`;
}

function describeEnd({ state, result }: Pick<JournalEntry, "state" | "result">): string {
  const why = result === null ? "" : `: ${short(result)}`;
  switch (state) {
    case "intended":
      return "outcome unknown: check before you repeat it";
    case "unknown":
      return `outcome unknown: check before you repeat it${why}`;
    case "took_effect":
      return "interrupted; it was looked for, and took effect: do not repeat it";
    case "had_no_effect":
      return `interrupted; it was looked for, and had no effect${why}`;
    case "undone":
      return `done, and taken back${why}`;
    case "done":
    case "failed":
      return `${state}${why}`;
    default:
      return unreachable(state);
  }
}

function short(text: string): string {
  return cutAt(oneLine(text), RESULT_CHARS_MAX);
}
