// Asks a person about one operation, waits for the answer, and spends it: on this operation, in the
// state in which it was proposed. Whatever else was said goes back to the model.
import { changesBetween, type SeenState } from "../domain/seen-state.ts";
import type { Approval } from "../domain/session.ts";
import type { ApprovalRequest } from "../domain/ticket-ops.ts";
import { undoWords } from "../domain/undo.ts";
import type { Judgement } from "./ask-guard.ts";
import { consultGuard, type Operation } from "./consult-guard.ts";
import type { SessionContext } from "./context.ts";
import { fenceText } from "./fence.ts";
import { say } from "./record.ts";
import { redactJson } from "./redact.ts";

export interface Passage {
  readonly isAllowed: boolean;
  /** For the model and for people. */
  readonly reason: string;
  /** It holds the words of a person, and what is data in it is between fences. */
  readonly isFenced?: true;
  /** Time has passed: what was observed before may no longer be true. */
  readonly hasWaited: boolean;
  /** Of the person who let it pass. */
  readonly approvalId?: number;
  /** In which their word was spent. */
  readonly seen?: SeenState;
}

export interface Proposal {
  readonly asked: Operation;
  /** The guard's "ask". */
  readonly judged: Judgement;
}

export async function askPerson(context: SessionContext, proposal: Proposal): Promise<Passage> {
  const { queue, clock } = context.agent;
  const asked = await queue.requestApproval(requestOf(context, proposal));
  const { id } = asked;
  const isNew = asked.state === "pending";
  const how = isNew ? `waiting for approval #${id}` : `approval #${id} was answered before`;
  const what = `${proposal.judged.reason}; ${undoWords(proposal.asked.undo)}`;
  say(context, `[Guard] ${what}: ${how}`);
  const startedAtMs = clock.elapsed();
  const approval = await awaitAnswer(context, asked);
  context.progress.waitedMs += clock.elapsed() - startedAtMs;
  const said = approval.note === null ? "" : `: ${approval.note}`;
  say(context, `[Guard] approval #${id}: ${approval.state}${said}`);
  if (approval.state === "approved") return spend(context, { ...proposal, approval });
  const answered = refused(describeAnswer(approval));
  const isWord = approval.state === "revised" || approval.state === "denied";
  return isWord ? { ...answered, isFenced: true } : answered;
}

function requestOf({ agent, session }: SessionContext, proposal: Proposal): ApprovalRequest {
  const { redact, limits } = agent;
  const { reason, effects, ...asked } = proposal.asked;
  const undo = redact(undoWords(asked.undo));
  return {
    sessionId: session.id,
    operation: redactJson(asked.operation, redact),
    reason: redact(reason),
    expiresInMs: limits.approvalMsMax,
    effects: effects.map(({ kind, targets, source }) => ({
      ...{ kind, targets: targets.map(redact) },
      source: redact(source),
    })),
    undo,
    seen: proposal.judged.seen,
  };
}

/** Bounded by the approval's own expiry. */
async function awaitAnswer({ agent, signal }: SessionContext, asked: Approval): Promise<Approval> {
  for (let approval = asked; ; ) {
    if (approval.state !== "pending" || signal.aborted) return approval;
    await agent.clock.sleep(agent.pollMs, signal);
    const now = await agent.queue.getApproval(asked.id);
    if (!now) return { ...asked, state: "expired" };
    approval = now;
  }
}

interface Answered extends Proposal {
  readonly approval: Approval;
}

/**
 * What was fine when a person was asked may do harm by now: a person's word lifts no refusal, and
 * counts in the state alone that they were shown.
 */
async function spend(
  context: SessionContext,
  { asked, judged, approval }: Answered,
): Promise<Passage> {
  const { queue } = context.agent;
  const { id, operationHash } = approval;
  const { observation: _, ...unseen } = asked;
  const now = await consultGuard(context, unseen);
  if (now.decision === "deny") {
    await queue.voidApproval(id, now.reason);
    return refused(`${now.reason}; approval #${id} is void`);
  }
  const changes = changesBetween(approval.seen ?? judged.seen, now.seen);
  if (changes.length > 0) {
    const why = `the state has changed since it was proposed: ${changes.join("; ")}`;
    await queue.voidApproval(id, context.agent.redact(why));
    say(context, `[Guard] approval #${id}: void: ${why}`);
    return refused(
      `approval #${id} is void: ${why}. Look again, and propose what is still needed; ` +
        "a person will be asked anew",
    );
  }
  const use = { sessionId: context.session.id, operationHash, seen: now.seen };
  const isAllowed = await queue.useApproval(id, use);
  const what = isAllowed ? "was given" : "is no longer valid, or was for something else";
  return {
    isAllowed,
    reason: `approval #${id} ${what}`,
    hasWaited: true,
    approvalId: id,
    seen: now.seen,
  };
}

/** For the model. */
function describeAnswer({ id, state, note }: Approval): string {
  const words = note === null ? [] : ["The person's words:", fenceText(note)];
  switch (state) {
    case "revised":
      return [
        `approval #${id} is sent back for you to revise what you propose.`,
        ...words,
        "Propose anew as they ask, as far as it is safe, or conclude; a person will be asked again",
      ].join("\n");
    case "denied":
      return words.length === 0
        ? `approval #${id} is denied`
        : [`approval #${id} is denied.`, ...words, "Find another way, or conclude"].join("\n");
    default:
      return `approval #${id} is ${state}${note === null ? "" : `: ${note}`}`;
  }
}

function refused(reason: string): Passage {
  return { isAllowed: false, reason, hasWaited: true };
}
