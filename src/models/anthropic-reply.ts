// From the events of a streamed message to one reply. A message counts only when its end has come,
// and a tool call only when its input is one whole JSON object: half a command is no command.
import { z } from "zod";
import { unreachable } from "../domain/errors.ts";
import { isDeeperThan } from "../domain/json.ts";
import { type Block, ModelError, type ModelReply } from "../domain/model.ts";
import {
  type ContentDelta,
  type ContentStart,
  parseEvent,
  type StreamEvent,
  type WireUsage,
} from "./anthropic-events.ts";
import { addRawEvent, newRawDraft, type RawDraft, rawMessage } from "./anthropic-raw.ts";
import { estimateCostUsd, type Tokens } from "./prices.ts";
import { LEVELS_MAX, parseToolInput } from "./tool-input.ts";

/** One content block while it grows: its start, and the texts that came since. */
interface Part {
  readonly start: ContentStart;
  text: string;
  signature: string;
}

interface Draft {
  readonly parts: Map<number, Part>;
  usage: WireUsage | undefined;
  stopReason: string | undefined;
  refusal: string | undefined;
  isComplete: boolean;
  readonly raw: RawDraft;
  /** Of all that was said so far, also where it is not understood. */
  chars: number;
}

/** Some thirty for each token that is asked for: what is longer is no answer of a model. */
const CHARS_MAX = 256 * 1024;

const SIZED = z.object({
  content_block: z.unknown().optional(),
  delta: z.record(z.string(), z.unknown()).optional(),
});

const STOPS: Readonly<Record<string, ModelReply["stop"]>> = {
  tool_use: "tool_calls",
  end_turn: "end",
  stop_sequence: "end",
  pause_turn: "end", // only the service's own tools pause a turn; we offer none
  max_tokens: "output_limit",
  model_context_window_exceeded: "output_limit",
  refusal: "refusal",
};

/**
 * `events` are parsed JSON, unchecked; `onEvent` is called for each. Throws ModelError "connection"
 * when the stream ends before the message does, "malformed" (or ZodError) for any other form.
 */
export async function readReply(
  events: AsyncIterable<unknown>,
  options: { readonly model: string; readonly onEvent: () => void },
): Promise<ModelReply> {
  const draft = newDraft();
  for await (const event of events) {
    options.onEvent();
    addSize(draft, event);
    addRawEvent(draft.raw, event);
    addEvent(draft, parseEvent(event));
    if (draft.isComplete) break;
  }
  return finish(draft, options.model);
}

function newDraft(): Draft {
  return {
    parts: new Map(),
    usage: undefined,
    stopReason: undefined,
    refusal: undefined,
    isComplete: false,
    raw: newRawDraft(),
    chars: 0,
  };
}

/** What surrounds the pieces of a text is longer than they are, and does not count. */
function addSize(draft: Draft, event: unknown): void {
  if (isDeeperThan(LEVELS_MAX, event)) {
    throw new ModelError("malformed", `the answer nests deeper than ${LEVELS_MAX} levels`);
  }
  const { content_block: start, delta } = SIZED.safeParse(event).data ?? {};
  const pieces = [...(start ? [start] : []), ...Object.values(delta ?? {})];
  for (const piece of pieces) {
    draft.chars += typeof piece === "string" ? piece.length : JSON.stringify(piece).length;
  }
  if (draft.chars <= CHARS_MAX) return;
  throw new ModelError("malformed", `the answer is longer than ${CHARS_MAX} characters`);
}

function addEvent(draft: Draft, event: StreamEvent): void {
  switch (event.type) {
    case "message_start":
      draft.usage = event.message.usage;
      return;
    case "content_block_start":
      addPart(draft, event.index, event.content_block);
      return;
    case "content_block_delta": {
      const part = draft.parts.get(event.index);
      if (part !== undefined && event.delta.type !== "other") addDelta(part, event.delta);
      return;
    }
    case "message_delta":
      draft.stopReason = event.delta.stop_reason ?? undefined;
      draft.refusal = event.delta.stop_details?.explanation ?? undefined;
      draft.usage = { ...draft.usage, ...definedOf(event.usage ?? {}) };
      return;
    case "message_stop":
      draft.isComplete = true;
      return;
    case "other":
      return;
    default:
      unreachable(event);
  }
}

function addPart(draft: Draft, index: number, start: ContentStart | { type: "other" }): void {
  if (start.type !== "other") draft.parts.set(index, { start, text: "", signature: "" });
}

function addDelta(part: Part, delta: ContentDelta): void {
  switch (delta.type) {
    case "text_delta":
      part.text += delta.text;
      return;
    case "thinking_delta":
      part.text += delta.thinking;
      return;
    case "input_json_delta":
      part.text += delta.partial_json;
      return;
    case "signature_delta":
      part.signature += delta.signature;
      return;
    default:
      unreachable(delta);
  }
}

/** The last counts are cumulative, but a null in them takes nothing back. */
function definedOf(usage: WireUsage): WireUsage {
  return Object.fromEntries(Object.entries(usage).filter(([, count]) => count != null));
}

function finish(draft: Draft, model: string): ModelReply {
  if (draft.usage === undefined) {
    throw new ModelError("malformed", "the answer holds no message of the Messages API");
  }
  if (!draft.isComplete) {
    throw new ModelError("connection", "the stream was cut before the end of the message");
  }
  const stop = stopOf(draft);
  const tokens = tokensOf(draft.usage);
  return {
    blocks: blocksOf(draft, stop),
    stop,
    usage: { ...tokens, costUsd: estimateCostUsd(model, tokens) },
    raw: rawMessage(draft.raw),
  };
}

function stopOf({ stopReason, parts }: Draft): ModelReply["stop"] {
  const stop = STOPS[stopReason ?? ""];
  const hasCalls = [...parts.values()].some((part) => part.start.type === "tool_use");
  if (stop === undefined) throw new ModelError("malformed", `unknown stop reason ${stopReason}`);
  if (stop === "end" && hasCalls) return "tool_calls";
  if (stop !== "tool_calls" || hasCalls) return stop;
  throw new ModelError("malformed", "the message stops for tool calls and holds none");
}

function blocksOf(draft: Draft, stop: ModelReply["stop"]): readonly Block[] {
  const parts = [...draft.parts].sort(([left], [right]) => left - right).map(([, part]) => part);
  const blocks = parts.flatMap((part) => toBlocks(part, stop));
  if (stop !== "refusal" || draft.refusal === undefined) return blocks;
  return [...blocks, { type: "text", text: draft.refusal }];
}

/** None for what is empty or was cut off by the stop. */
function toBlocks({ start, text, signature }: Part, stop: ModelReply["stop"]): readonly Block[] {
  switch (start.type) {
    case "text": {
      const whole = start.text + text;
      return whole === "" ? [] : [{ type: "text", text: whole }];
    }
    case "thinking": {
      const data = {
        ...start,
        thinking: start.thinking + text,
        signature: start.signature + signature,
      };
      return data.signature === "" ? [] : [{ type: "opaque", text: data.thinking, data }];
    }
    case "redacted_thinking":
      return [{ type: "opaque", text: "", data: start }];
    case "tool_use":
      return toToolCalls(start, { json: text, stop });
    default:
      return unreachable(start);
  }
}

/** A refused message asks for nothing; one that ran into the limit keeps its whole calls. */
function toToolCalls(
  start: Extract<ContentStart, { type: "tool_use" }>,
  { json, stop }: { readonly json: string; readonly stop: ModelReply["stop"] },
): readonly Block[] {
  const input = json === "" ? start.input : parseToolInput(json);
  if (stop === "refusal" || (input === undefined && stop === "output_limit")) return [];
  if (input !== undefined) return [{ type: "tool_call", id: start.id, name: start.name, input }];
  throw new ModelError("malformed", `the input of the call of ${start.name} is no JSON object`);
}

function tokensOf(usage: WireUsage): Tokens {
  return {
    inputTokens: usage.input_tokens ?? 0,
    outputTokens: usage.output_tokens ?? 0,
    cacheReadTokens: usage.cache_read_input_tokens ?? 0,
    cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
  };
}
