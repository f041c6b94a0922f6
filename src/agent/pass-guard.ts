// Asks the guard about one operation, and a person where the guard says so.
import { isMutating } from "../domain/effect.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Approval } from "../domain/session.ts";
import { type AskedOperation, askGuard } from "./ask-guard.ts";
import type { SessionContext } from "./context.ts";
import { record, say } from "./record.ts";
import { redactJson } from "./redact.ts";

export interface Operation extends AskedOperation {
  readonly callId: string;
  /** Exactly what will run: what a person approves, shown without secrets, is this alone. */
  readonly operation: JsonObject;
  readonly reason: string;
}

export interface Passage {
  readonly isAllowed: boolean;
  /** For the model and for people. */
  readonly reason: string;
  /** Time has passed: what was observed before may no longer be true. */
  readonly hasWaited: boolean;
}

export async function passGuard(context: SessionContext, asked: Operation): Promise<Passage> {
  const { decision, reason } = await decide(context, asked);
  if (decision !== "ask") return { isAllowed: decision === "allow", reason, hasWaited: false };
  return askPerson(context, { ...asked, why: reason });
}

async function decide(context: SessionContext, asked: Operation) {
  const { effects, callId } = asked;
  const decided = await askGuard(context, asked);
  const { decision, reason, rule } = decided;
  const shown = effects.map(({ kind, targets, source }) => ({ kind, targets, source }));
  const content = { callId, decision, reason, rule, effects: shown };
  await record(context, { type: "guard_decided", content });
  if (isMutating(effects)) say(context, `[Guard] ${decision}: ${reason}`);
  return decided;
}

async function askPerson(
  context: SessionContext,
  asked: Operation & { readonly why: string },
): Promise<Passage> {
  const { queue, clock, limits } = context.agent;
  const approval = await queue.requestApproval({
    sessionId: context.session.id,
    operation: redactJson(asked.operation, context.agent.redact),
    reason: context.agent.redact(asked.reason),
    expiresInMs: limits.approvalMsMax,
  });
  say(context, `[Guard] ${asked.why}: waiting for approval #${approval.id}`);
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
  const now = await decide(context, unseen);
  if (now.decision === "deny") return { isAllowed: false, reason: now.reason, hasWaited: true };
  const isAllowed = await context.agent.queue.useApproval(approval.id, approval.operationHash);
  const what = isAllowed ? "was given" : "is no longer valid, or was for something else";
  return { isAllowed, reason: `approval #${approval.id} ${what}`, hasWaited: true };
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
