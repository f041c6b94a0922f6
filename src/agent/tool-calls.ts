// Carries out the tool calls of one message, in their order, and gives each its result.
import type { JsonObject } from "../domain/json.ts";
import { canonicalJson } from "../domain/json.ts";
import type { Block } from "../domain/model.ts";
import { runConclude } from "./conclude.ts";
import { type SessionContext, workedMs } from "./context.ts";
import { fenceText } from "./fence.ts";
import { condense, record, say } from "./record.ts";
import { isRedacted, type Redact, redactJson, redactNames } from "./redact.ts";
import { findRepetition } from "./repetition.ts";
import { runAct } from "./run-act.ts";
import { NO_TIME_LEFT, runShell } from "./run-shell.ts";
import { escalate, type SessionOutcome } from "./session-outcome.ts";
import { failure, type ToolOutcome } from "./tool-outcome.ts";
import { readToolCall, type ToolInput } from "./tools.ts";

export type ToolCall = Extract<Block, { type: "tool_call" }>;
type ToolResult = Extract<Block, { type: "tool_result" }>;

export type CallsOutcome =
  | { readonly type: "results"; readonly blocks: readonly Block[] }
  | { readonly type: "ended"; readonly outcome: SessionOutcome };

export async function runToolCalls(
  context: SessionContext,
  calls: readonly ToolCall[],
): Promise<CallsOutcome> {
  const [first, rest] = [calls.slice(0, CALLS_MAX), calls.slice(CALLS_MAX)];
  // The one that ends the message is heard, however much stands before it.
  const conclusion = first.some(isConclusion) ? undefined : rest.find(isConclusion);
  const answers = await runEach(context, first);
  if (answers.type === "ended") return answers;
  const refused = await refuseRest(
    context,
    rest.filter((call) => call !== conclusion),
  );
  const last = await runEach(context, conclusion ? [conclusion] : []);
  if (last.type === "ended") return last;
  return { type: "results", blocks: [...answers.blocks, ...refused, ...last.blocks] };
}

function isConclusion({ name }: ToolCall): boolean {
  return name === "conclude";
}

async function runEach(context: SessionContext, calls: readonly ToolCall[]): Promise<CallsOutcome> {
  const blocks: Block[] = [];
  let hasConcluded = false;
  for (const [index, call] of calls.entries()) {
    // As the record has it, for what is made of a call may name them in their order.
    const tool = readToolCall(call.name, redactNames(call.input, context.agent.redact));
    say(context, `[Tool Call] ${describeCall(tool, call.name)}`);
    const answer = await runOne(context, { call, tool, index, hasConcluded });
    if (answer.type === "ended") return answer;
    blocks.push(await recordResult(context, { call, outcome: answer.result }));
    hasConcluded ||= tool.tool === "conclude";
  }
  return { type: "results", blocks };
}

/** In one row and one line for all of them: each takes its time, and there may be thousands. */
async function refuseRest(
  context: SessionContext,
  [call, ...others]: readonly ToolCall[],
): Promise<readonly Block[]> {
  if (!call) return [];
  const outcome = failure(tooMany(1 + others.length));
  const block = await recordResult(context, { call, outcome });
  return [block, ...others.map(({ id }) => ({ ...block, callId: id }))];
}

interface PendingCall {
  readonly call: ToolCall;
  readonly tool: ToolInput;
  /** In its message, from 0. */
  readonly index: number;
  readonly hasConcluded: boolean;
}

/** Of one message: more are a flood. */
const CALLS_MAX = 16;

function tooMany(count: number): string {
  const are = `of one message ${CALLS_MAX} calls are, and ${count} came behind them`;
  return `not executed: ${are}; see what came of those`;
}

type CallAnswer =
  | { readonly type: "answered" | "refused"; readonly result: ToolOutcome }
  | Extract<CallsOutcome, { type: "ended" }>;

async function runOne(context: SessionContext, pending: PendingCall): Promise<CallAnswer> {
  const { call, tool, index, hasConcluded } = pending;
  const { progress, signal } = context;
  if (hasConcluded) return answered(failure("not executed: it came after conclude"));
  if (signal.aborted) return answered(failure("not executed: the session was interrupted"));
  if (tool.tool === "conclude") return runConclude(context, tool.input);
  progress.calls = [...progress.calls, textOfCall(call, context.agent.redact)];
  const circle = findRepetition(progress.calls);
  if (circle !== undefined) {
    const detail = `the same calls again and again: ${circle}`;
    return { type: "ended", outcome: escalate(progress, { stopReason: "repetition", detail }) };
  }
  if (isRedacted(operationOf(tool), context.agent.redact)) return answered(failure(UNWRITABLE));
  switch (tool.tool) {
    case "shell":
      return answered(await runShell(context, { ...tool.input, callId: call.id }));
    case "act":
      // Before the first the session's limits were asked, and commands ask themselves.
      if (index > 0 && workedMs(context) >= context.agent.limits.sessionMsMax) {
        return answered(failure(NO_TIME_LEFT));
      }
      return answered(await runAct(context, { ...tool.input, callId: call.id }));
    case "invalid":
      return answered(failure(tool.problem));
  }
}

const UNWRITABLE =
  "not executed: it holds what looks like a secret, or what one was taken out of; what cannot be " +
  "written down in full is neither run nor asked for: say it without";

/** Exactly what would be done. */
function operationOf(tool: Exclude<ToolInput, { tool: "conclude" }>): JsonObject {
  switch (tool.tool) {
    case "shell":
      return { command: tool.input.command };
    case "act":
      return { action: tool.input.action, target: tool.input.target, args: tool.input.args };
    case "invalid":
      return {};
  }
}

function answered(result: ToolOutcome): CallAnswer {
  return { type: "answered", result };
}

async function recordResult(
  context: SessionContext,
  { call, outcome }: { readonly call: ToolCall; readonly outcome: ToolOutcome },
): Promise<ToolResult> {
  const { agent, progress } = context;
  const text = agent.redact(outcome.text);
  const { exitCode, durationMs } = outcome;
  const isError = exitCode !== 0;
  const content = { callId: call.id, tool: call.name, text, exitCode, durationMs, isError };
  const eventId = await record(context, { type: "tool_result", content });
  progress.evidence = [...progress.evidence, eventId];
  const summary = await condense(context, outcome.summary ?? text);
  say(context, `[Tool Result] Exit ${exitCode}: ${summary}`);
  const shown = outcome.isFenced ? text : fenceText(text);
  // Its number stands last: what a runbook reads comes first.
  return {
    type: "tool_result",
    callId: call.id,
    text: `${shown}\n(audit event ${eventId})`,
    isError,
  };
}

/**
 * Equal for calls that would do the same, whatever reason they give. By secrets calls are not told
 * apart: who reads the record cannot, either.
 */
function textOfCall({ name, input }: ToolCall, redact: Redact): string {
  const { reason: _, ...what }: JsonObject = input;
  return `${redact(name)} ${canonicalJson(redactJson(what, redact))}`;
}

function describeCall(tool: ToolInput, name: string): string {
  switch (tool.tool) {
    case "shell":
      return `shell: ${tool.input.command} (${tool.input.reason})`;
    case "act":
      return `act: ${tool.input.action} ${tool.input.target} (${tool.input.reason})`;
    case "conclude":
      return `conclude: ${tool.input.outcome}: ${tool.input.summary}`;
    case "invalid":
      return `${name}: ${tool.problem}`;
  }
}
