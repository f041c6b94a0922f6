// The start of a session: its subject opened and looked at, its briefing written.
import { messageOf, OperatorError } from "../domain/errors.ts";
import type { Observation } from "../domain/observation.ts";
import type { Subject } from "../domain/subject.ts";
import { systemPrompt, ticketBrief } from "./brief.ts";
import { type SessionBase, type SessionContext, startProgress } from "./context.ts";
import { areElsewhere } from "./guard/container-names.ts";
import { placesOf } from "./guard/scope.ts";
import type { EarlierSession } from "./history.ts";
import { lookAt } from "./look.ts";
import { record } from "./record.ts";
import { escalate, interruptedOutcome, type SessionOutcome } from "./session-outcome.ts";
import { settleInterrupted } from "./settle.ts";
import { goOnUndoing } from "./undo.ts";

export type OpenedSession =
  | { readonly type: "opened"; readonly context: SessionContext }
  | { readonly type: "ended"; readonly outcome: SessionOutcome };

/** What is there before anybody looks. */
export type Beginning = Omit<SessionBase, "subject" | "members" | "knowledge" | "signal">;

export async function openSession(claimed: Beginning): Promise<OpenedSession> {
  const { agent, ticket, lease } = claimed;
  const { clock, limits, redact } = agent;
  const opened = await openBase(claimed);
  if (opened.type === "interrupted") {
    return { type: "ended", outcome: interruptedOutcome(agent, lease) };
  }
  if (opened.type === "closed") {
    const progress = startProgress(clock.elapsed(), []);
    return {
      type: "ended",
      outcome: escalate(progress, { stopReason: "gave_up", detail: opened.problem }),
    };
  }
  const { base, seen } = opened;
  const { subject } = base;
  const observation = await clearUp(base, seen);
  if (!observation) return { type: "ended", outcome: interruptedOutcome(agent, lease) };
  const isElsewhere = areElsewhere(base.knowledge);
  const system = systemPrompt({ ...subject, isElsewhere }, limits);
  const readings = subject.describe(observation);
  const earlier = await earlierSessions(claimed);
  const unheard = await agent.queue.unheardApprovals(subject.name);
  const brief = ticketBrief({ ticket, readings, earlier, unheard, redact });
  await record(claimed, { type: "session_briefed", content: { system, brief } });
  const first = { role: "user", blocks: [{ type: "text", text: brief }] } as const;
  const progress = startProgress(clock.elapsed(), [first]);
  return { type: "opened", context: { ...base, system, progress } };
}

export type OpenedBase =
  | { readonly type: "opened"; readonly base: SessionBase; readonly seen: Observation }
  | { readonly type: "closed"; readonly problem: string }
  | { readonly type: "interrupted" };

/** The subject, and a first look at it. */
export async function openBase(claimed: Beginning): Promise<OpenedBase> {
  const { agent, ticket, lease } = claimed;
  const signal = AbortSignal.any([agent.signal, lease.signal]);
  const opened = await tryOpen(agent.openSubject, ticket.subject);
  if ("problem" in opened) {
    return signal.aborted ? { type: "interrupted" } : { type: "closed", problem: opened.problem };
  }
  const { subject } = opened;
  const seen = await lookAt(subject, { agent, signal });
  if (!seen) return { type: "interrupted" };
  const members = seen.members.map(({ name }) => name);
  const topology = subject.runtime?.topology;
  // Of one that was named by endpoints nothing on this machine is known to be its own.
  const places = topology ? placesOf(topology) : { ports: [] };
  const names = { subject: subject.name, members, ...places };
  const knowledge = agent.knowledge(names);
  return { type: "opened", base: { ...claimed, subject, members, knowledge, signal }, seen };
}

/** What others left half done comes first. The look that is left to work from. */
async function clearUp(base: SessionBase, seen: Observation): Promise<Observation | undefined> {
  const settled = await settleInterrupted(base);
  const undone = await goOnUndoing(base);
  return settled + undone === 0 ? seen : lookAt(base.subject, base);
}

/** A subject that cannot be opened is for a person; it does not end the agent. */
export async function tryOpen(
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
