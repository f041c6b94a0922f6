// The start of a session: its subject opened and looked at, its briefing written.
import { messageOf, OperatorError } from "../domain/errors.ts";
import type { Subject } from "../domain/subject.ts";
import { systemPrompt, ticketBrief } from "./brief.ts";
import { type SessionContext, startProgress } from "./context.ts";
import type { EarlierSession } from "./history.ts";
import { lookAt } from "./look.ts";
import { record } from "./record.ts";
import { escalate, interruptedOutcome, type SessionOutcome } from "./session-outcome.ts";

export type OpenedSession =
  | { readonly type: "opened"; readonly context: SessionContext }
  | { readonly type: "ended"; readonly outcome: SessionOutcome };

export async function openSession(
  claimed: Pick<SessionContext, "agent" | "ticket" | "session" | "lease">,
): Promise<OpenedSession> {
  const { agent, ticket, lease } = claimed;
  const { clock, limits, redact } = agent;
  const signal = AbortSignal.any([agent.signal, lease.signal]);
  const opened = await tryOpen(agent.openSubject, ticket.subject);
  if ("problem" in opened) {
    if (signal.aborted) return { type: "ended", outcome: interruptedOutcome(agent, lease) };
    const progress = startProgress(clock.now(), []);
    return {
      type: "ended",
      outcome: escalate(progress, { stopReason: "gave_up", detail: opened.problem }),
    };
  }
  const { subject } = opened;
  const observation = await lookAt(subject, { agent, signal });
  if (!observation) return { type: "ended", outcome: interruptedOutcome(agent, lease) };
  const system = systemPrompt(subject, limits);
  const readings = subject.describe(observation);
  const earlier = await earlierSessions(claimed);
  const brief = ticketBrief({ ticket, readings, earlier, redact });
  await record(claimed, { type: "session_briefed", content: { system, brief } });
  const first = { role: "user", blocks: [{ type: "text", text: brief }] } as const;
  const members = observation.members.map(({ name }) => name);
  const progress = startProgress(clock.now(), [first]);
  return { type: "opened", context: { ...claimed, subject, members, signal, system, progress } };
}

/** A subject that cannot be opened is for a person; it does not end the agent. */
async function tryOpen(
  openSubject: (name: string) => Promise<Subject>,
  name: string,
): Promise<{ readonly subject: Subject } | { readonly problem: string }> {
  try {
    return { subject: await openSubject(name) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { problem: `opening the subject ${name}: ${messageOf(error)}` };
  }
}

async function earlierSessions({
  agent,
  ticket,
  session: present,
}: Pick<SessionContext, "agent" | "ticket" | "session">): Promise<readonly EarlierSession[]> {
  const { queue } = agent;
  const sessions = await queue.sessionsOf(ticket.id);
  const earlier = sessions.filter(({ id }) => id !== present.id);
  return Promise.all(
    earlier.map(async (session) => ({ session, journal: await queue.journalOf(session.id) })),
  );
}
