// Asks the guard about one operation, and a person where the guard says so.
import { type GuardDecision, isMutating } from "../domain/effect.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Approval } from "../domain/session.ts";
import { type Undo, undoWords } from "../domain/undo.ts";
import { type AskedOperation, askGuard } from "./ask-guard.ts";
import type { SessionBase, SessionContext } from "./context.ts";
import { record, say } from "./record.ts";
import { redactJson } from "./redact.ts";

export interface Operation extends AskedOperation {
  readonly callId: string;
  /** Exactly what will run: what a person approves, shown without secrets, is this alone. */
  readonly operation: JsonObject;
  /** Named before it runs: who approves the step approves the way back as well. */
  readonly undo: Undo;
  readonly reason: string;
}

export interface Passage {
  readonly isAllowed: boolean;
  /** For the model and for people. */
  readonly reason: string;
  /** Time has passed: what was observed before may no longer be true. */
  readonly hasWaited: boolean;
  /** Of the person who let it pass. */
  readonly approvalId?: number;
}

export async function passGuard(context: SessionContext, asked: Operation): Promise<Passage> {
  const { decision, reason } = await consultGuard(context, asked);
  if (decision !== "ask") return { isAllowed: decision === "allow", reason, hasWaited: false };
  return askPerson(context, { ...asked, why: reason });
}

/** On record, and said aloud for what mutates. */
export async function consultGuard(
  context: SessionBase,
  asked: Omit<Operation, "operation" | "reason">,
): Promise<GuardDecision> {
  const { effects, callId } = asked;
  const decided = await askGuard(context, asked);
  const { decision, reason, rule } = decided;
  const shown = effects.map(({ kind, targets, source }) => ({ kind, targets, source }));
  const undo = isMutating(effects) ? undoWords(asked.undo) : undefined;
  const content = { callId, decision, reason, rule, effects: shown, undo };
  await record(context, { type: "guard_decided", content });
  const back = decision === "deny" ? "" : `; ${undo}`;
  if (isMutating(effects)) say(context, `[Guard] ${decision}: ${reason}${back}`);
  return decided;
}

async function askPerson(
  context: SessionContext,
  asked: Operation & { readonly why: string },
): Promise<Passage> {
  const { queue, clock, limits } = context.agent;
  const approval = await queue.requestApproval({
    sessionId: context.session.id,
    operation: redactJson({ ...asked.operation, undo: asked.undo }, context.agent.redact),
    reason: context.agent.redact(asked.reason),
    expiresInMs: limits.approvalMsMax,
  });
  const back = undoWords(asked.undo);
  say(context, `[Guard] ${asked.why}; ${back}: waiting for approval #${approval.id}`);
  const startedAtMs = clock.now();
  const state = await awaitDecision(context, approval);
  context.progress.waitedMs += clock.now() - startedAtMs;
  say(context, `[Guard] approval #${approval.id}: ${state}`);
  if (state !== "approved") {
    return { isAllowed: false, reason: `approval #${approval.id} is ${state}`, hasWaited: true };
  }
  return spendApproval(context, { approval, asked });
}

/** What was fine when a person was asked may do harm by now: a person's word lifts no refusal. */
async function spendApproval(
  context: SessionContext,
  { approval, asked }: { readonly approval: Approval; readonly asked: Operation },
): Promise<Passage> {
  const { observation: _, ...unseen } = asked;
  const now = await consultGuard(context, unseen);
  if (now.decision === "deny") return { isAllowed: false, reason: now.reason, hasWaited: true };
  const isAllowed = await context.agent.queue.useApproval(approval.id, approval.operationHash);
  const what = isAllowed ? "was given" : "is no longer valid, or was for something else";
  const approvalId = approval.id;
  return { isAllowed, reason: `approval #${approvalId} ${what}`, hasWaited: true, approvalId };
}

/** Bounded by the approval's own expiry. */
async function awaitDecision(
  { agent, signal }: SessionContext,
  { id }: Approval,
): Promise<Approval["state"]> {
  for (;;) {
    const approval = await agent.queue.getApproval(id);
    if (!approval) return "expired";
    if (approval.state !== "pending" || signal.aborted) return approval.state;
    await agent.clock.sleep(agent.pollMs, signal);
  }
}
