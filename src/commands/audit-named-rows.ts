// The rows that a model named as its evidence, looked up: a number is soon made up.
import type { Ticket } from "../domain/ticket.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import type { ConclusionStory, SessionStory } from "./audit-session-story.ts";

/** Of one conclusion: further ones are taken as they are. */
const NAMED_MAX = 50;

interface Whose {
  readonly store: TicketOps;
  readonly ticket: Ticket;
}

export async function withNamedRows(story: SessionStory, whose: Whose): Promise<SessionStory> {
  const conclusions: ConclusionStory[] = [];
  for (const one of story.conclusions) {
    conclusions.push(one.isEvidenceNamed ? { ...one, ...(await strayRows(one, whose)) } : one);
  }
  return { ...story, conclusions };
}

async function strayRows(
  { evidence }: ConclusionStory,
  { store, ticket }: Whose,
): Promise<Pick<ConclusionStory, "foreign" | "missing">> {
  const [foreign, missing]: [number[], number[]] = [[], []];
  for (const id of evidence.slice(0, NAMED_MAX)) {
    const [event] = Number.isSafeInteger(id)
      ? await store.eventsOf({ afterId: id - 1, limit: 1 })
      : [];
    if (event?.id !== id) missing.push(id);
    else if (event.ticketId !== ticket.id) foreign.push(id);
  }
  return { foreign, missing };
}
