// What the Messages API refuses of a request, as far as an agent can get it wrong. Returns the
// words of the refusal, or undefined when nothing is wrong.
import { z } from "zod";
import type { ScriptedReply } from "./messages-api-replies.ts";

const BLOCK = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text"), text: z.string() }),
  z.looseObject({ type: z.literal("tool_use"), id: z.string(), input: z.looseObject({}) }),
  z.looseObject({ type: z.literal("tool_result"), tool_use_id: z.string() }),
  z.looseObject({ type: z.literal("thinking"), thinking: z.string(), signature: z.string() }),
  z.looseObject({ type: z.literal("redacted_thinking"), data: z.string() }),
]);
const CONTENT = z
  .union([z.string().transform((text) => [{ type: "text", text }]), z.array(z.unknown())])
  .pipe(z.array(BLOCK).min(1));
const REQUEST = z.looseObject({
  model: z.string(),
  max_tokens: z.number().int().positive(),
  stream: z.literal(true),
  messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content: CONTENT })).min(1),
  thinking: z.looseObject({ type: z.string() }).optional(),
});

type Request = z.infer<typeof REQUEST>;
type Message = Request["messages"][number];

const CACHE_MARKS_MAX = 4; // platform.claude.com/docs/en/build-with-claude/prompt-caching

/** `signed`: what `signedBy` told of the replies so far. */
export function whatIsWrong(body: unknown, signed: ReadonlySet<string>): string | undefined {
  const request = REQUEST.safeParse(body);
  if (!request.success) return z.prettifyError(request.error);
  const messages = mergeTurns(request.data.messages);
  const wrongs = [
    messages[0]?.role === "user" ? undefined : "the first message must be the user's",
    messages.at(-1)?.role === "user" ? undefined : "this model takes no prefill",
    tooManyMarks(body),
    ...messages.map((message) => wrongText(message)),
    ...messages.map((message, index) => wrongResults(message, messages[index - 1])),
    ...messages.map((message, index) => wrongCalls(message, messages[index + 1])),
    ...messages.map((message) => wrongThinking(message, signed)),
  ];
  return wrongs.find((wrong) => wrong !== undefined);
}

/** The signed thinking of a reply: a later request may hand back this and no other. */
export function signedBy(reply: ScriptedReply): readonly string[] {
  const parts = reply.type === "message" ? reply.parts : [];
  return parts.flatMap((part) =>
    part.type === "thinking" ? [signedText(part.thinking, part.signature)] : [],
  );
}

/** Turns of one role in a row count as one. */
function mergeTurns(messages: readonly Message[]): readonly Message[] {
  const merged: Message[] = [];
  for (const { role, content } of messages) {
    const last = merged.at(-1);
    if (last?.role === role) last.content.push(...content);
    else merged.push({ role, content: [...content] });
  }
  return merged;
}

function tooManyMarks(body: unknown): string | undefined {
  const marks = JSON.stringify(body).split('"cache_control":').length - 1;
  return marks > CACHE_MARKS_MAX ? `${marks} blocks with cache_control, at most 4` : undefined;
}

function wrongText({ content }: Message): string | undefined {
  const isBlank = content.some((block) => block.type === "text" && block.text.trim() === "");
  return isBlank ? "text content blocks must contain non-whitespace text" : undefined;
}

function wrongResults(message: Message, before: Message | undefined): string | undefined {
  const asked = new Set(callIds(before));
  const results = message.content.filter((block) => block.type === "tool_result");
  const unasked = results.find((block) => !asked.has(block.tool_use_id));
  if (unasked !== undefined) return `unexpected tool_use_id ${unasked.tool_use_id}`;
  const areFirst = results.every((block, index) => message.content[index] === block);
  return areFirst ? undefined : "tool_result blocks must come first";
}

function wrongCalls(message: Message, after: Message | undefined): string | undefined {
  const answered = new Set(
    after?.content.map((block) => (block.type === "tool_result" ? block.tool_use_id : "")),
  );
  const open = callIds(message).find((id) => !answered.has(id));
  return open === undefined ? undefined : `tool_use ${open} without its tool_result`;
}

function callIds(message: Message | undefined): readonly string[] {
  return message?.content.flatMap((block) => (block.type === "tool_use" ? [block.id] : [])) ?? [];
}

function wrongThinking({ content }: Message, signed: ReadonlySet<string>): string | undefined {
  const isForeign = content.some(
    (block) =>
      block.type === "thinking" && !signed.has(signedText(block.thinking, block.signature)),
  );
  return isForeign ? "thinking blocks cannot be modified" : undefined;
}

function signedText(thinking: string, signature: string): string {
  return JSON.stringify([thinking, signature]);
}
