// The tool calls of a session as its audit has them: what was asked for, what the guard said, what
// came of it. Pure.
import type { AuditEvent } from "../domain/audit.ts";
import type { JsonObject } from "../domain/json.ts";
import { blocksIn, numberIn, type ReadBlock, textIn } from "./audit-content.ts";

/** Read only; may have changed something; was refused; came to nothing before anything ran. */
export type CallKind = "looked" | "changed" | "refused" | "idle";

export interface CallStory {
  readonly kind: CallKind;
  readonly tool: string;
  readonly input: JsonObject;
  /** The row of the reply that asked for it. */
  readonly row: number;
  readonly guard: GuardStory | undefined;
  /** Undefined when the session ended before there was one. */
  readonly result: ResultStory | undefined;
}

export interface GuardStory {
  readonly row: number;
  readonly decision: string;
  readonly reason: string;
  readonly isReading: boolean;
}

export interface ResultStory {
  readonly row: number;
  readonly atMs: number;
  readonly exitCode: string;
  readonly text: string;
  readonly durationMs: number | undefined;
}

type ToolCall = Extract<ReadBlock, { type: "tool_call" }>;

/** In their order; conclusions are left out. `events` are those of one session, oldest first. */
export function callsIn(events: readonly AuditEvent[]): readonly CallStory[] {
  return events.flatMap((event, index) => {
    if (event.type !== "model_replied") return [];
    const later = events.slice(index + 1);
    // A model may use an id again: what belongs to this reply comes before the next one.
    const next = later.findIndex(({ type }) => type === "model_replied");
    const own = next === -1 ? later : later.slice(0, next);
    return blocksIn(event.content)
      .filter((block) => block.type === "tool_call")
      .filter(({ name }) => name !== "conclude")
      .map((call) => callStory(event.id, call, own));
  });
}

function callStory(row: number, call: ToolCall, events: readonly AuditEvent[]): CallStory {
  const own = events.filter(({ content }) => textIn(content, "callId") === call.id);
  const guard = own.find(({ type }) => type === "guard_decided");
  const result = own.find(({ type }) => type === "tool_result");
  const told = {
    ...{ row, tool: call.name, input: call.input },
    guard: guard && guardStory(guard),
    result: result && resultStory(result),
  };
  return { ...told, kind: kindOf(told) };
}

function kindOf({ guard, result }: Omit<CallStory, "kind">): CallKind {
  if (!guard) return "idle";
  const isRefused = guard.decision === "deny" || /^refused by the guard/.test(result?.text ?? "");
  if (isRefused) return "refused";
  return guard.isReading ? "looked" : "changed";
}

function guardStory({ id, content }: AuditEvent): GuardStory {
  const effects = Array.isArray(content.effects) ? content.effects : [];
  return {
    row: id,
    decision: textIn(content, "decision"),
    reason: textIn(content, "reason"),
    isReading: effects.every((effect) => textIn(effect, "kind") === "read"),
  };
}

function resultStory({ id, atMs, content }: AuditEvent): ResultStory {
  const { exitCode, isError } = content;
  const hasCode = typeof exitCode === "number" || typeof exitCode === "string";
  return {
    ...{ row: id, atMs },
    exitCode: hasCode ? String(exitCode) : isError === true ? "failed" : "done",
    text: textIn(content, "text"),
    durationMs: numberIn(content, "durationMs"),
  };
}
