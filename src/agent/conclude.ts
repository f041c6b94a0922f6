// The tool `conclude`: the model's claim, and what comes of it.
import { unreachable } from "../domain/errors.ts";
import type { Conclusion } from "../domain/session.ts";
import { awaitVerification } from "./await-verification.ts";
import type { Progress, SessionContext } from "./context.ts";
import { quoteLine } from "./fence.ts";
import { say } from "./record.ts";
import { escalate, interruptedOutcome, type SessionOutcome } from "./session-outcome.ts";
import { failure, type ToolOutcome } from "./tool-outcome.ts";
import type { ConcludeInput } from "./tools.ts";
import { unlessConflict } from "./unless-conflict.ts";

export type ConcludeResult =
  | { readonly type: "ended"; readonly outcome: SessionOutcome }
  /** The session goes on with this. */
  | { readonly type: "refused"; readonly result: ToolOutcome };

export async function runConclude(
  context: SessionContext,
  input: ConcludeInput,
): Promise<ConcludeResult> {
  const { agent, session, ticket, progress, lease } = context;
  const conclusion = readConclusion(context, input);
  if (input.outcome === "cannot_fix") {
    const detail = `cannot fix: ${conclusion.rootCause}; ${conclusion.summary}`;
    const end = { stopReason: "gave_up", detail, conclusion } as const;
    return { type: "ended", outcome: escalate(progress, end) };
  }
  const moved = await unlessConflict(agent.queue.concludeTicket(session.id, conclusion));
  if (!moved.isDone) {
    lease.lose(moved.reason);
    return { type: "ended", outcome: interruptedOutcome(agent, lease) };
  }
  say(context, `Ticket #${ticket.id} -> verifying`);
  const verification = await awaitVerification(context);
  switch (verification.type) {
    case "resolved":
      return over("concluded", verification.detail);
    case "taken":
      return over("lease_lost", verification.detail);
    case "held":
      return { type: "ended", outcome: giveBack(verification.detail) };
    case "overdue":
      return overdue(progress, `${verification.detail}: ${conclusion.summary}`);
    case "interrupted":
      return { type: "ended", outcome: interruptedOutcome(agent, lease) };
    case "refused":
      return goOnAfter(context, verification.reason);
    default:
      return unreachable(verification);
  }
}

/** What was learnt is new: the same calls may be right now. Only so often, though. */
function goOnAfter(context: SessionContext, reason: string): ConcludeResult {
  const { progress, ticket, agent } = context;
  say(context, `Ticket #${ticket.id} -> claimed`);
  progress.refusals += 1;
  progress.calls = [];
  if (progress.refusals >= agent.limits.refusalsMax) {
    const detail = `${progress.refusals} verifications were refused, the last one: ${reason}`;
    return { type: "ended", outcome: escalate(progress, { stopReason: "repetition", detail }) };
  }
  return { type: "refused", result: failure(`verification refused: ${quoteLine(reason)}`) };
}

function readConclusion({ agent }: SessionContext, input: ConcludeInput): Conclusion {
  const { outcome, evidence } = input;
  return {
    outcome,
    rootCause: agent.redact(input.root_cause),
    evidence,
    summary: agent.redact(input.summary),
  };
}

function overdue(progress: Progress, detail: string): ConcludeResult {
  return { type: "ended", outcome: escalate(progress, { stopReason: "time_limit", detail }) };
}

/** To the person, and from them to whoever is free then. */
function giveBack(detail: string): SessionOutcome {
  return { type: "released", end: { stopReason: "aborted", detail } };
}

function over(stopReason: "concluded" | "lease_lost", detail: string): ConcludeResult {
  return { type: "ended", outcome: { type: "over", end: { stopReason, detail } } };
}
