// What people were asked by sessions that ended before they heard the answer, for the briefing of
// the next: who proposes exactly the same needs not ask again.
import { canonicalJson } from "../domain/json.ts";
import { describeSeen } from "../domain/seen-state.ts";
import type { Approval } from "../domain/session.ts";
import { REDACTED } from "./given-lists.ts";
import { cutAt, oneLine } from "./lines.ts";

const WORDS_CHARS_MAX = 500;

/** Plain text, still to be fenced; empty when there is nothing to tell. */
export function describeUnheard(approvals: readonly Approval[]): string {
  return approvals.filter(canBeFound).map(describeOne).join("\n");
}

/** What held a secret is nobody else's. */
function canBeFound({ operation }: Approval): boolean {
  return !canonicalJson(operation).includes(REDACTED);
}

function describeOne({ id, operation, state, note, seen }: Approval): string {
  const what = `- approval #${id}, ${ANSWERS[state] ?? state}: ${canonicalJson(operation)}`;
  const when = seen ? `; asked while ${describeSeen(seen)}` : "";
  const words = note === null ? "" : `; the person's words: ${short(note)}`;
  return `${what}${when}${words}`;
}

const ANSWERS: Partial<Record<Approval["state"], string>> = {
  pending: "not answered yet",
  approved: "approved and not used",
  denied: "denied",
  revised: "sent back to be revised",
};

function short(text: string): string {
  return cutAt(oneLine(text), WORDS_CHARS_MAX);
}
