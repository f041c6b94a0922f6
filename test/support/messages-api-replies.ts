// What the scripted Messages API can answer: whole messages made of parts, messages that break off,
// failures with a status, and bytes of any kind.
import type { JsonObject } from "../../src/domain/json.ts";

export type Part =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | { readonly type: "redacted_thinking"; readonly data: string }
  | {
      readonly type: "tool_use";
      readonly name: string;
      /** As the model writes it, so it may be no JSON. */
      readonly json: string;
      readonly id: string | undefined;
    };

/** `after`: how many events are sent before the connection is cut, falls silent or ends. */
type Ending =
  | { readonly type: "whole" }
  | { readonly type: "cut" | "stall" | "end"; readonly after: number };

export interface ScriptedMessage {
  readonly type: "message";
  readonly parts: readonly Part[];
  readonly stop: string;
  readonly explanation: string | null;
  readonly usage: JsonObject;
  /** An event of type "error" takes the place of the message's end. */
  readonly error: JsonObject | undefined;
  readonly ending: Ending;
  /** The time before each event. */
  readonly paceMs: number;
}

export interface RawReply {
  readonly type: "raw";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type ScriptedReply = ScriptedMessage | RawReply;
type Event = JsonObject & { readonly type: string };

const USAGE = {
  input_tokens: 100,
  cache_creation_input_tokens: 20,
  cache_read_input_tokens: 30,
  output_tokens: 50,
};

export function says(text: string): Part {
  return { type: "text", text };
}

export function thinks(thinking: string, signature: string): Part {
  return { type: "thinking", thinking, signature };
}

/** Without an id the service makes one that no other call has. */
export function calls(name: string, input: JsonObject, id?: string): Part {
  return { type: "tool_use", name, json: JSON.stringify(input), id };
}

/** A call whose input is this text, JSON or not. */
export function callsWith(name: string, json: string): Part {
  return { type: "tool_use", name, json, id: undefined };
}

/** Stops for its tool calls when it holds any, else because the turn ends. */
export function message(
  parts: readonly Part[],
  changes: Partial<Omit<ScriptedMessage, "type" | "parts">> = {},
): ScriptedMessage {
  const stop = parts.some((part) => part.type === "tool_use") ? "tool_use" : "end_turn";
  return {
    type: "message",
    parts,
    stop,
    explanation: null,
    usage: USAGE,
    error: undefined,
    ending: { type: "whole" },
    paceMs: 0,
    ...changes,
  };
}

export function refuses(explanation: string): ScriptedMessage {
  return message([], { stop: "refusal", explanation });
}

/** The stream opens with 200 and then says that it fails. */
export function failsInStream(type: string, text: string): ScriptedMessage {
  return message([says("so far")], { error: { type, message: text } });
}

export function cutAfter(events: number, reply: ScriptedMessage): ScriptedMessage {
  return { ...reply, ending: { type: "cut", after: events } };
}

/** With 0 events only the headers come, and then nothing more. */
export function stallAfter(events: number, reply: ScriptedMessage): ScriptedMessage {
  return { ...reply, ending: { type: "stall", after: events } };
}

export function endAfter(events: number, reply: ScriptedMessage): ScriptedMessage {
  return { ...reply, ending: { type: "end", after: events } };
}

export function rateLimited(headers: Readonly<Record<string, string>>): RawReply {
  const refused = { status: 429, type: "rate_limit_error", message: "too many requests" };
  return refusedWith(refused, headers);
}

export function overloaded(): RawReply {
  return refusedWith({ status: 529, type: "overloaded_error", message: "Overloaded" });
}

export function refusedWith(
  error: { readonly status: number; readonly type: string; readonly message: string },
  headers: Readonly<Record<string, string>> = {},
): RawReply {
  const { status, type, message } = error;
  const body = JSON.stringify({ type: "error", error: { type, message } });
  return raw({ status, contentType: "application/json", body }, headers);
}

/** Any bytes under any status. */
export function raw(
  answer: { readonly status: number; readonly contentType: string; readonly body: string },
  headers: Readonly<Record<string, string>> = {},
): RawReply {
  const { status, contentType, body } = answer;
  return { type: "raw", status, headers: { "content-type": contentType, ...headers }, body };
}

/** The events of a message, as the service streams them; `count` makes its ids its own. */
export function toEvents(reply: ScriptedMessage, count: number): readonly Event[] {
  const { output_tokens, ...promptUsage } = reply.usage;
  const usage = { ...promptUsage, output_tokens: 1 };
  return [
    { type: "message_start", message: { id: `msg_${count}`, role: "assistant", usage } },
    { type: "ping" },
    ...reply.parts.flatMap((part, index) => partEvents(part, { index, count })),
    ...(reply.error === undefined
      ? endEvents(reply, output_tokens ?? 0)
      : [{ type: "error", error: reply.error }]),
  ];
}

function endEvents(reply: ScriptedMessage, outputTokens: JsonObject[string]): readonly Event[] {
  const { stop, explanation } = reply;
  const refusal = { type: "refusal", category: null, explanation };
  const details = stop === "refusal" ? refusal : null;
  const delta = { stop_reason: stop, stop_sequence: null, stop_details: details };
  return [
    { type: "message_delta", delta, usage: { output_tokens: outputTokens } },
    { type: "message_stop" },
  ];
}

function partEvents(part: Part, at: { index: number; count: number }): readonly Event[] {
  const { index } = at;
  const { start, deltas } = blockOf(part, `toolu_${at.count}_${index}`);
  return [
    { type: "content_block_start", index, content_block: start },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

function blockOf(part: Part, id: string): { start: JsonObject; deltas: readonly JsonObject[] } {
  switch (part.type) {
    case "text":
      return {
        start: { type: "text", text: "" },
        deltas: inPieces(part.text).map((text) => ({ type: "text_delta", text })),
      };
    case "thinking":
      return {
        start: { type: "thinking", thinking: "", signature: "" },
        deltas: [
          ...inPieces(part.thinking).map((thinking) => ({ type: "thinking_delta", thinking })),
          { type: "signature_delta", signature: part.signature },
        ],
      };
    case "redacted_thinking":
      return { start: { ...part }, deltas: [] };
    case "tool_use":
      return {
        start: { type: "tool_use", id: part.id ?? id, name: part.name, input: {} },
        deltas: ["", ...inPieces(part.json)].map((json) => ({
          type: "input_json_delta",
          partial_json: json,
        })),
      };
  }
}

/** Three pieces, cut without regard to words or JSON. */
function inPieces(text: string): readonly string[] {
  const third = Math.ceil(text.length / 3);
  return [text.slice(0, third), text.slice(third, 2 * third), text.slice(2 * third)];
}
