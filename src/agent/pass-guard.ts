// Asks the guard about one operation, and a person where the guard says so.
import { type Effect, isMutating } from "../domain/effect.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Approval } from "../domain/session.ts";
import type { SessionContext } from "./context.ts";
import { decide } from "./guard/decide.ts";
import { record, say } from "./record.ts";

export interface Operation {
  readonly callId: string;
  readonly effects: readonly Effect[];
  /** Exactly what will run: what a person approves is this and nothing else. */
  readonly operation: JsonObject;
  readonly reason: string;
  /** As `decide` takes it. */
  readonly harm?: string | undefined;
}

export interface Passage {
  readonly isAllowed: boolean;
  /** For the model and for people. */
  readonly reason: string;
  /** Time has passed: what was observed before may no longer be true. */
  readonly hasWaited: boolean;
}

export async function passGuard(context: SessionContext, asked: Operation): Promise<Passage> {
  const { effects, callId, harm } = asked;
  const { decision, reason } = decide({ effects, mode: context.agent.mode, harm });
  const shown = effects.map(({ kind, targets, source }) => ({ kind, targets, source }));
  const content = { callId, decision, reason, effects: shown };
  await record(context, { type: "guard_decided", content });
  if (isMutating(effects)) say(context, `[Guard] ${decision}: ${reason}`);
  if (decision !== "ask") return { isAllowed: decision === "allow", reason, hasWaited: false };
  return askPerson(context, { ...asked, why: reason });
}

async function askPerson(
  context: SessionContext,
  { operation, reason, why }: Operation & { readonly why: string },
): Promise<Passage> {
  const { queue, clock, limits } = context.agent;
  const approval = await queue.requestApproval({
    sessionId: context.session.id,
    operation,
    reason: context.agent.redact(reason),
    expiresInMs: limits.approvalMsMax,
  });
  say(context, `[Guard] ${why}: waiting for approval #${approval.id}`);
  const startedAtMs = clock.now();
  const state = await awaitDecision(context, approval);
  context.progress.waitedMs += clock.now() - startedAtMs;
  say(context, `[Guard] approval #${approval.id}: ${state}`);
  if (state !== "approved") {
    return { isAllowed: false, reason: `approval #${approval.id} is ${state}`, hasWaited: true };
  }
  const isAllowed = await queue.useApproval(approval.id, approval.operationHash);
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
