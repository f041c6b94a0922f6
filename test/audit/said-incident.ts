// A ticket whose session says more than a compaction leaves of it.
import { claimed, FIXED, GAVE_UP, openTicket, type Room } from "../store/room.ts";

export const DAY_MS = 86_400_000;
export const SAID = "what only this session said ";

/** A ticket whose session said something, and what became of it. */
export async function incident(
  { store }: Room,
  { entity, end }: { readonly entity: string; readonly end: "verified" | "escalated" | "none" },
): Promise<string> {
  const ticketId = await openTicket(store, entity);
  const { session } = await claimed(store);
  const content = { callId: "1", text: SAID.repeat(200) };
  for (const type of ["session_briefed", "model_replied", "tool_result"] as const) {
    await store.appendAudit({ type, ticketId, sessionId: session.id, content });
  }
  const decision = { decision: "allow", reason: "it only reads, and everybody may do that" };
  const whose = { ticketId, sessionId: session.id };
  await store.appendAudit({ type: "guard_decided", ...whose, content: decision });
  if (end === "escalated") await store.escalateTicket(session.id, GAVE_UP);
  if (end !== "verified") return session.id;
  await store.concludeTicket(session.id, FIXED);
  await store.verifyTicket(ticketId, "it holds");
  return session.id;
}
