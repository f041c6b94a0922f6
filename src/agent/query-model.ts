// One query of the model, tried again while the failure may pass, within the session's time.
import { asModelError, ModelError, type ModelFailure, type ModelReply } from "../domain/model.ts";
import { type SessionContext, workedMs } from "./context.ts";
import { startDeadline } from "./deadline.ts";
import { withOwnIds } from "./own-ids.ts";
import { record, say } from "./record.ts";
import { TOOL_SPECS } from "./tools.ts";

export type QueryOutcome =
  | { readonly type: "replied"; readonly reply: ModelReply; readonly durationMs: number }
  | { readonly type: "failed"; readonly detail: string }
  /** By the session's signal, or because its time is over: the loop finds out which. */
  | { readonly type: "interrupted" };

const MAY_PASS: Readonly<Record<ModelFailure, boolean>> = {
  rate_limited: true,
  overloaded: true,
  connection: true,
  malformed: true,
  unauthorized: false,
  invalid_request: false,
  aborted: false,
};

const BACKOFF_MS_MAX = 30_000;

export async function queryModel(context: SessionContext): Promise<QueryOutcome> {
  const { agent, signal } = context;
  const { queryTriesMax, sessionMsMax } = agent.limits;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await queryOnce(context);
    if (answer.type === "replied") return answer;
    const { error } = answer;
    const remainingMs = sessionMsMax - workedMs(context);
    if (signal.aborted || remainingMs <= 0) return { type: "interrupted" };
    const waitMs = Math.max(backoffAfter(attempt, context), error.retryAfterMs ?? 0);
    const isWorthIt = MAY_PASS[error.failure] && attempt < queryTriesMax;
    const willRetry = isWorthIt && waitMs < remainingMs;
    const { failure, message } = error;
    await record(context, { type: "model_failed", content: { failure, message, willRetry } });
    const what = `${failure} (${message})`;
    if (!willRetry) return { type: "failed", detail: `${what}, try ${attempt}` };
    const seconds = (waitMs / 1000).toFixed(1);
    say(context, `[${agent.model.speaker}] ${what}; trying again in ${seconds} s`);
    await agent.clock.sleep(waitMs, signal);
  }
}

type Answer =
  | Extract<QueryOutcome, { type: "replied" }>
  | { readonly type: "error"; readonly error: ModelError };

async function queryOnce(context: SessionContext): Promise<Answer> {
  const { agent, progress, system } = context;
  const { clock, limits, model } = agent;
  const startedAtMs = clock.elapsed();
  const timeoutMs = Math.min(limits.queryMsMax, limits.sessionMsMax - workedMs(context));
  using deadline = startDeadline({ clock, durationMs: timeoutMs, signal: context.signal });
  const request = {
    system,
    tools: TOOL_SPECS,
    messages: progress.messages,
    outputTokensMax: limits.outputTokensMax,
  };
  const answer = await model.query(request, deadline.signal).then(
    (said): Answer => {
      const reply = withOwnIds(said, progress.messages);
      return { type: "replied", reply, durationMs: clock.elapsed() - startedAtMs };
    },
    (error: unknown): Answer => ({ type: "error", error: asModelError(error) }),
  );
  if (answer.type === "replied" || !deadline.isOver()) return answer;
  const late = `no reply within ${timeoutMs} ms`;
  return { type: "error", error: new ModelError("connection", late) };
}

/** Doubles with each try; half of it is chance, so that agents do not come back all at once. */
function backoffAfter(attempt: number, { agent }: SessionContext): number {
  const backoffMs = Math.min(BACKOFF_MS_MAX, agent.backoffMs * 2 ** (attempt - 1));
  return Math.round(backoffMs * (0.5 + agent.random() / 2));
}
