// The message as the service said it, put together from its events, whatever is in them: for the
// record. What the agent works with is read apart from it, in `anthropic-reply.ts`.
import { z } from "zod";
import type { Json, JsonObject } from "../domain/json.ts";
import { parseToolInput } from "./tool-input.ts";

export interface RawDraft {
  message: JsonObject;
  readonly content: Map<number, JsonObject>;
}

const jsonObject = z.record(z.string(), z.json());

const rawEvent = z.object({
  type: z.string(),
  index: z.int().default(0),
  message: jsonObject.default({}),
  content_block: jsonObject.default({}),
  delta: jsonObject.default({}),
  usage: jsonObject.optional(),
});

export function newRawDraft(): RawDraft {
  return { message: {}, content: new Map() };
}

/** `event` is parsed JSON, unchecked; what has no such form adds nothing. */
export function addRawEvent(draft: RawDraft, event: unknown): void {
  const { data } = rawEvent.safeParse(event);
  switch (data?.type) {
    case "message_start":
      draft.message = data.message;
      break;
    case "content_block_start":
      draft.content.set(data.index, data.content_block);
      break;
    case "content_block_delta":
      draft.content.set(data.index, grown(draft.content.get(data.index) ?? {}, data.delta));
      break;
    case "message_delta":
      draft.message = { ...draft.message, ...data.delta, ...usageAfter(draft.message, data.usage) };
      break;
  }
}

/** In the form of an answer that is not streamed. */
export function rawMessage({ message, content }: RawDraft): JsonObject {
  const blocks = [...content].sort(([left], [right]) => left - right).map(([, block]) => block);
  return { ...message, content: blocks.map(withInput) };
}

/** Texts grow; of anything else there is one more. */
function grown(block: JsonObject, { type: _, ...delta }: JsonObject): JsonObject {
  const members = Object.entries(delta).map(([name, value]): [string, Json] => {
    const before = block[name] ?? (typeof value === "string" ? "" : []);
    if (typeof value === "string" && typeof before === "string") return [name, before + value];
    return [name, [...(Array.isArray(before) ? before : [before]), value ?? null]];
  });
  return { ...block, ...Object.fromEntries(members) };
}

function usageAfter({ usage }: JsonObject, last: JsonObject | undefined): JsonObject {
  if (last === undefined) return {};
  const before = jsonObject.safeParse(usage).data;
  return { usage: { ...before, ...last } };
}

/** The pieces of a call's input, as what they say together. */
function withInput({ partial_json, ...block }: JsonObject): JsonObject {
  if (typeof partial_json !== "string") return block;
  const input = parseToolInput(partial_json);
  return input === undefined ? { ...block, partial_json } : { ...block, input };
}
