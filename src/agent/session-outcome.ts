// How a session ends, and what that does to its ticket.
import { unreachable } from "../domain/errors.ts";
import type { SessionEnd } from "../domain/ticket-ops.ts";
import type { AgentOptions, Progress, SessionContext } from "./context.ts";
import { cutAt, oneLine } from "./lines.ts";
import { say } from "./record.ts";
import { unlessConflict } from "./unless-conflict.ts";

export type SessionOutcome =
  | { readonly type: "escalated"; readonly end: SessionEnd }
  | { readonly type: "released"; readonly end: SessionEnd }
  /** The ticket is resolved, or has another owner: the session has ended with that. */
  | { readonly type: "over"; readonly end: SessionEnd }
  /** The lease is lost: nothing more is touched. */
  | { readonly type: "abandoned"; readonly detail: string };

const EVIDENCE_MAX = 20;
const THOUGHT_CHARS_MAX = 500;

/** For a person to go on from: why it stopped, what it thought last, and where the evidence is. */
export function escalate(
  progress: Pick<Progress, "lastThought" | "evidence">,
  { stopReason, detail: why, conclusion }: SessionEnd,
): SessionOutcome {
  const thought = cutAt(oneLine(progress.lastThought), THOUGHT_CHARS_MAX);
  const evidence = progress.evidence.slice(-EVIDENCE_MAX).join(", ");
  const detail = [
    why,
    ...(thought === "" || conclusion ? [] : [`last thought: ${thought}`]),
    ...(evidence === "" ? [] : [`evidence: audit events ${evidence}`]),
  ].join("; ");
  const end = { stopReason, detail, ...(conclusion ? { conclusion } : {}) };
  return { type: "escalated", end };
}

/** Only when the session's signal has aborted: by the loss of the lease, or by a signal to us. */
export function interruptedOutcome(
  agent: Pick<AgentOptions, "signal" | "onShutdown">,
  lease: SessionContext["lease"],
): SessionOutcome {
  if (lease.signal.aborted) return { type: "abandoned", detail: String(lease.signal.reason) };
  const detail = `interrupted by ${agent.signal.reason}`;
  const end = { stopReason: "aborted", detail } as const;
  return { type: agent.onShutdown === "release" ? "released" : "escalated", end };
}

/** Nobody has looked yet whether something is to be taken back. */
export function unfinished(outcome: SessionOutcome): SessionOutcome {
  if (outcome.type !== "escalated" && outcome.type !== "released") return outcome;
  return { ...outcome, end: { ...outcome.end, isUnfinished: true } };
}

/** Writes the end, once: a ticket that has moved on meanwhile stays as it is. */
export async function closeSession(
  { agent, ticket, session }: Pick<SessionContext, "agent" | "ticket" | "session">,
  outcome: SessionOutcome,
): Promise<void> {
  const { queue, redact } = agent;
  if (outcome.type === "abandoned") {
    say({ agent }, `Ticket #${ticket.id}: session ended, lease lost: ${outcome.detail}`);
    return;
  }
  const end = { ...outcome.end, detail: redact(outcome.end.detail) };
  await unlessConflict(writeEnd(queue, session.id, { ...outcome, end }));
  const now = await queue.getTicket(ticket.id);
  const why = outcome.type === "over" ? "" : `: ${end.detail}`;
  say({ agent }, `Ticket #${ticket.id} -> ${now?.state ?? "gone"}${why}`);
}

function writeEnd(
  queue: AgentOptions["queue"],
  sessionId: string,
  outcome: Exclude<SessionOutcome, { type: "abandoned" }>,
): Promise<void> {
  switch (outcome.type) {
    case "escalated":
      return queue.escalateTicket(sessionId, outcome.end);
    case "released":
      return queue.releaseTicket(sessionId, outcome.end);
    case "over":
      return queue.endSession(sessionId, outcome.end);
    default:
      return unreachable(outcome);
  }
}
