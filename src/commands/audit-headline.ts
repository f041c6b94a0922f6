// How a ticket stands, for the top of its page.
import { plainLine } from "../panels/plain-text.ts";
import { formatDuration } from "../panels/units.ts";
import type { Story } from "./audit-story.ts";
import { stateWords } from "./tickets-lines.ts";

/** How it stands, in one sentence. */
export function headline(story: Story): string {
  return plainLine(stateOf(story));
}

function stateOf(story: Story): string {
  const { ticket, moves, cost } = story;
  const { resolvedAtMs, openedAtMs, note } = ticket;
  const after = resolvedAtMs === null ? "" : formatDuration(Math.max(0, resolvedAtMs - openedAtMs));
  const last = moves.at(-1)?.reason ?? "";
  switch (ticket.resolution) {
    case "verified_fix":
      return `Repaired by an agent and verified by the monitor, ${after} after it was opened.`;
    case "self_healed":
      return cost.sessions === 0
        ? `It healed by itself ${after} after it was opened; no agent worked on it.`
        : healedBeside(story, `${after} after it was opened`);
    case "manual":
      return `A person closed it ${after} after it was opened: ${last}`;
    case null:
      return ticket.state === "escalated"
        ? `A person is needed: ${note ?? last}`
        : `Not over yet: it is ${stateWords(ticket)}.`;
  }
}

/** Nobody can tell what healed it where somebody did something. */
function healedBeside({ sessions }: Story, after: string): string {
  return sessions.every(({ session }) => session.changes === 0)
    ? `It healed by itself ${after}; what agents did changed nothing.`
    : `It was seen well again ${after}. An agent had changed something, and claimed no repair.`;
}
