// The runbook for an invariant that has none: it looks, changes nothing, and hands what it saw to a
// person.
import type { Runbook, RunbookTicket } from "../domain/runbook.ts";

/** Of each result, for the summary; the whole is in the audit. */
const SEEN_CHARS_MAX = 400;

export const gatherEvidence: Runbook = function* (ticket) {
  const members = yield {
    tool: "shell",
    thought: `There is no runbook for ${ticket.invariant}. I look at the members of the subject.`,
    command: `operator subject status ${ticket.subject} --json`,
    reason: "see which members are up",
  };
  const verdicts = yield {
    tool: "shell",
    thought: "Now what the monitor sees at present.",
    command: `operator monitor --subject ${ticket.subject} --once --json`,
    reason: "see which invariants hold now",
  };
  yield {
    tool: "conclude",
    thought: "This is for a person: no safe repair is known to me.",
    outcome: "cannot_fix",
    rootCause: `not determined: ${ticket.reason}`,
    summary: summaryOf(ticket, [members.text, verdicts.text]),
  };
};

function summaryOf(ticket: RunbookTicket, seen: readonly string[]): string {
  const [members, verdicts] = seen.map((text) => text.trim().slice(0, SEEN_CHARS_MAX));
  return [
    `no runbook for ${ticket.invariant} of ${ticket.entity}; evidence gathered`,
    `members: ${members || "nothing"}`,
    `verdicts: ${verdicts || "nothing"}`,
  ].join("\n");
}
