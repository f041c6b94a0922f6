// The events of a streamed message, as far as they are used here. What is used must have its form;
// event, block and delta types that are not known here are passed over, as the service asks of its
// clients (platform.claude.com/docs/en/api/versioning).
import { z } from "zod";

const COUNT = z.number().int().nonnegative().nullish();

const USAGE = z.object({
  input_tokens: COUNT,
  output_tokens: COUNT,
  cache_read_input_tokens: COUNT,
  cache_creation_input_tokens: COUNT,
});

const TEXT = z.object({ type: z.literal("text"), text: z.string() });
const TOOL_USE = z.object({
  type: z.literal("tool_use"),
  id: z.string().min(1),
  name: z.string().min(1),
  input: z.record(z.string(), z.json()).default({}),
});
/** These two are handed back as they came, so no field of theirs may be lost. */
const THINKING = z
  .object({
    type: z.literal("thinking"),
    thinking: z.string(),
    signature: z.string().default(""),
  })
  .catchall(z.json());
const REDACTED = z
  .object({ type: z.literal("redacted_thinking"), data: z.string() })
  .catchall(z.json());

const DELTA = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text_delta"), text: z.string() }),
  z.object({ type: z.literal("input_json_delta"), partial_json: z.string() }),
  z.object({ type: z.literal("thinking_delta"), thinking: z.string() }),
  z.object({ type: z.literal("signature_delta"), signature: z.string() }),
]);
const CONTENT = z.discriminatedUnion("type", [TEXT, TOOL_USE, THINKING, REDACTED]);

const EVENT = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message_start"), message: z.object({ usage: USAGE }) }),
  z.object({
    type: z.literal("content_block_start"),
    index: z.number(),
    content_block: CONTENT.or(otherThan(CONTENT.options)),
  }),
  z.object({
    type: z.literal("content_block_delta"),
    index: z.number(),
    delta: DELTA.or(otherThan(DELTA.options)),
  }),
  z.object({
    type: z.literal("message_delta"),
    delta: z.object({
      stop_reason: z.string().nullish(),
      stop_details: z.looseObject({ explanation: z.string().nullish() }).nullish(),
    }),
    usage: USAGE.nullish(),
  }),
  z.object({ type: z.literal("message_stop") }),
]);

export type StreamEvent = z.infer<typeof EVENT> | { readonly type: "other" };
export type ContentStart = z.infer<typeof CONTENT>;
export type ContentDelta = z.infer<typeof DELTA>;
export type WireUsage = z.infer<typeof USAGE>;

const ANY_EVENT = EVENT.or(otherThan(EVENT.options));

/** Throws ZodError for an event that is not of its form. */
export function parseEvent(event: unknown): StreamEvent {
  return ANY_EVENT.parse(event);
}

/** Fits what has a type that none of the options has; a known type in a wrong form stays wrong. */
function otherThan(
  options: readonly { readonly shape: { readonly type: z.ZodLiteral<string> } }[],
) {
  const known = new Set(options.map((option) => option.shape.type.value));
  return z
    .object({ type: z.string().refine((type) => !known.has(type)) })
    .transform(() => ({ type: "other" as const }));
}
