// One reply of the model: written down, said aloud, its tool calls run. The blocks that come of it
// are the next message to the model.
import type { Block, ModelReply } from "../domain/model.ts";
import type { SessionContext } from "./context.ts";
import { condense, record, say, spend } from "./record.ts";
import { escalate } from "./session-outcome.ts";
import { type CallsOutcome, runToolCalls, type ToolCall } from "./tool-calls.ts";

export interface TimedReply {
  readonly reply: ModelReply;
  readonly durationMs: number;
}

export async function takeTurn(context: SessionContext, timed: TimedReply): Promise<CallsOutcome> {
  await recordReply(context, timed);
  const { blocks, stop } = timed.reply;
  const calls = blocks.filter((block) => block.type === "tool_call");
  if (calls.length === 0) return nudge(context, stop);
  const isWhole = stop === "tool_calls" || stop === "end";
  return isWhole ? runToolCalls(context, calls) : refuseCutOff(calls);
}

async function recordReply(
  context: SessionContext,
  { reply, durationMs }: TimedReply,
): Promise<void> {
  const { blocks, stop, usage, raw } = reply;
  const shown = blocks.map((block) => ({ ...block }));
  const content = { blocks: shown, stop, usage: { ...usage }, durationMs, ...(raw && { raw }) };
  await record(context, { type: "model_replied", content });
  await spend(context, { turns: 1, usage });
  for (const block of blocks) {
    const thought = block.type === "text" || block.type === "opaque" ? block.text.trim() : "";
    if (thought === "") continue;
    // Now, for it is cut where it is told: half a secret is not known as one.
    context.progress.lastThought = context.agent.redact(thought);
    say(context, `[${context.agent.model.speaker}] ${await condense(context, thought)}`);
  }
}

/** The last of them may be half a command: none is run. */
function refuseCutOff(calls: readonly ToolCall[]): CallsOutcome {
  const text = "not executed: your answer was cut off before its end; make it shorter";
  const blocks = calls.map(
    ({ id }): Block => ({
      type: "tool_result",
      callId: id,
      text,
      isError: true,
    }),
  );
  return { type: "results", blocks };
}

const NUDGES: Readonly<Record<ModelReply["stop"], string>> = {
  end: "Your answer calls no tool.",
  tool_calls: "Your answer calls no tool.",
  output_limit: "Your answer was cut off at its length limit.",
  refusal: "You declined to answer. The task is to keep a system running, within the guard.",
};

function nudge(context: SessionContext, stop: ModelReply["stop"]): CallsOutcome {
  const { progress, agent } = context;
  progress.nudges += 1;
  if (progress.nudges > agent.limits.nudgesMax) {
    const detail =
      stop === "refusal"
        ? "the model refused to go on"
        : "the model neither called a tool nor concluded";
    return { type: "ended", outcome: escalate(progress, { stopReason: "gave_up", detail }) };
  }
  const text = `${NUDGES[stop]} Use a tool, or conclude; cannot_fix is an honest conclusion.`;
  return { type: "results", blocks: [{ type: "text", text }] };
}
