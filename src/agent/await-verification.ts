// After a conclusion: waits until the monitor has decided, or someone else has.
import type { Ticket } from "../domain/ticket.ts";
import type { SessionContext } from "./context.ts";
import { say } from "./record.ts";

export type Verification =
  | { readonly type: "resolved"; readonly detail: string }
  | { readonly type: "refused"; readonly reason: string }
  /** A person, or another agent, has moved the ticket. */
  | { readonly type: "taken"; readonly detail: string }
  /** A person holds it: no monitor decides until they let it go. */
  | { readonly type: "held"; readonly detail: string }
  | { readonly type: "interrupted" }
  | { readonly type: "overdue"; readonly detail: string };

/** Bounded by `verificationMsMax`: without a monitor nobody would ever decide. */
export async function awaitVerification(context: SessionContext): Promise<Verification> {
  const { agent, progress } = context;
  const { clock, limits } = agent;
  const startedAtMs = clock.elapsed();
  say(context, "[Verify] waiting for the monitor to confirm");
  const verification = await pollTicket(context, startedAtMs + limits.verificationMsMax);
  progress.waitedMs += clock.elapsed() - startedAtMs;
  sayVerification(context, verification);
  return verification;
}

async function pollTicket(context: SessionContext, deadlineMs: number): Promise<Verification> {
  const { agent, ticket, session, signal } = context;
  for (;;) {
    // Asked before the signal: a ticket that is resolved takes the lease with it.
    const now = await agent.queue.getTicket(ticket.id);
    const decided = readDecision(now, session.id);
    if (decided) return decided;
    if (signal.aborted) return { type: "interrupted" };
    if (agent.clock.elapsed() >= deadlineMs) {
      const seconds = Math.round(agent.limits.verificationMsMax / 1000);
      return { type: "overdue", detail: `no monitor has decided within ${seconds} s` };
    }
    await agent.clock.sleep(agent.pollMs, signal);
  }
}

/** Undefined while it is still verifying. */
function readDecision(ticket: Ticket | undefined, sessionId: string): Verification | undefined {
  if (!ticket) return { type: "taken", detail: "the ticket is gone" };
  const { state, resolution, note, isHeld } = ticket;
  // In a database that was put in place of ours the number may be another incident's.
  const isOurs = ticket.sessionId === sessionId;
  if (isOurs && state === "resolved" && resolution !== "manual") {
    return { type: "resolved", detail: `resolved as ${resolution}` };
  }
  if (isOurs && state === "verifying") {
    return isHeld ? { type: "held", detail: "a person holds the ticket" } : undefined;
  }
  if (isOurs && state === "claimed") {
    return { type: "refused", reason: note ?? "the invariant is not seen to hold" };
  }
  return { type: "taken", detail: `the ticket is ${state}${resolution ? ` (${resolution})` : ""}` };
}

function sayVerification(context: SessionContext, verification: Verification): void {
  if (verification.type === "interrupted") return;
  const isRefused = verification.type === "refused";
  const what = isRefused ? `refused: ${verification.reason}` : verification.detail;
  say(context, `[Verify] ${what}`);
}
