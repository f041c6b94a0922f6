// Tickets that were resolved long ago, each with a session that said and saw something.
import type { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { verdictWith } from "./verdicts.ts";

/** Of one incident: what is removed when it is compacted. */
export const CONTENTS_OF_INCIDENT = 3;
const TEXT = "what only this session said ".repeat(200);

export async function writeIncidents(store: TicketOpsDB, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) await writeIncident(store, `old-${number}`);
}

async function writeIncident(store: TicketOpsDB, entity: string): Promise<void> {
  await store.recordViolations([{ verdict: verdictWith({ entity }), sinceMs: 0 }]);
  const claim = { agentId: "a", leaseMs: 60_000, model: "runbook", mode: "execute" } as const;
  const claimed = await store.claim(claim);
  if (!claimed) throw new Error("there is a ticket to claim");
  const { ticket, session } = claimed;
  const said = { ticketId: ticket.id, sessionId: session.id, content: { text: TEXT } };
  for (const type of ["session_briefed", "model_replied", "tool_result"] as const) {
    await store.appendAudit({ type, ...said });
  }
  await store.resolveTicket(ticket.id, "by hand");
}
