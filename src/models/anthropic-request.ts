// From our conversation to the Messages API's. Deterministic: the same blocks give the same bytes,
// so that the service finds its cached prefix again and accepts the signed thinking within it.
import type Anthropic from "@anthropic-ai/sdk";
import { z } from "zod";
import { unreachable } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Block, Message, ModelRequest, ToolSpec } from "../domain/model.ts";

type Params = Anthropic.MessageCreateParamsStreaming;
type BlockParam = Exclude<Anthropic.MessageParam["content"], string>[number];
interface WireMessage {
  readonly role: Message["role"];
  readonly content: BlockParam[];
}
type CacheableBlock = Anthropic.TextBlockParam | Anthropic.ToolResultBlockParam;

const CACHED = { type: "ephemeral" } as const;

/** The blocks that come back only as they came; loose, so that no field of theirs is lost. */
const SIGNED_BLOCK = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("thinking"), thinking: z.string(), signature: z.string() }),
  z.looseObject({ type: z.literal("redacted_thinking"), data: z.string() }),
]);

/** Cache marks: after the tools, after the system text, and after the conversation so far. */
export function toParams(model: string, request: ModelRequest): Params {
  return {
    model,
    stream: true,
    max_tokens: request.outputTokensMax,
    tools: toTools(request.tools),
    system: [{ type: "text", text: request.system, cache_control: CACHED }],
    messages: withLastBlockCached(toMessages(request.messages)),
    ...thinkingOf(model),
  };
}

function toTools(specs: readonly ToolSpec[]): Anthropic.Tool[] {
  return specs.map((spec, index) => ({
    name: spec.name,
    description: spec.description,
    input_schema: toInputSchema(spec.inputSchema),
    ...(index === specs.length - 1 ? { cache_control: CACHED } : {}),
  }));
}

function toInputSchema({ properties, required, ...rest }: JsonObject): Anthropic.Tool.InputSchema {
  return {
    ...rest,
    type: "object",
    ...(properties === undefined ? {} : { properties }),
    ...(Array.isArray(required) ? { required: required.map(String) } : {}),
  };
}

/** A message without a block that can be sent is left out: the service takes no empty ones. */
function toMessages(messages: readonly Message[]): WireMessage[] {
  return messages
    .map(({ role, blocks }) => ({ role, content: resultsFirst(blocks).flatMap(toBlockParams) }))
    .filter(({ content }) => content.length > 0);
}

/** The service wants the answers to its calls before anything else a person says. */
function resultsFirst(blocks: readonly Block[]): readonly Block[] {
  const results = blocks.filter((block) => block.type === "tool_result");
  return [...results, ...blocks.filter((block) => block.type !== "tool_result")];
}

/** None for a text without a letter, and for an opaque block of another provider. */
function toBlockParams(block: Block): BlockParam[] {
  switch (block.type) {
    case "text":
      return block.text.trim() === "" ? [] : [{ type: "text", text: block.text }];
    case "tool_call":
      return [{ type: "tool_use", id: block.id, name: block.name, input: block.input }];
    case "tool_result":
      return [toResultParam(block)];
    case "opaque": {
      const signed = SIGNED_BLOCK.safeParse(block.data);
      return signed.success ? [signed.data] : [];
    }
    default:
      return unreachable(block);
  }
}

function toResultParam(block: Extract<Block, { type: "tool_result" }>): BlockParam {
  return {
    type: "tool_result",
    tool_use_id: block.callId,
    content: block.text,
    ...(block.isError ? { is_error: true } : {}),
  };
}

function withLastBlockCached(messages: WireMessage[]): WireMessage[] {
  const message = messages.at(-1);
  const block = message?.content.at(-1);
  if (message === undefined || block === undefined || !isCacheable(block)) return messages;
  const content = [...message.content.slice(0, -1), { ...block, cache_control: CACHED }];
  return [...messages.slice(0, -1), { ...message, content }];
}

function isCacheable(block: BlockParam): block is CacheableBlock {
  return block.type === "text" || block.type === "tool_result";
}

/**
 * From 4.6 on models think as much as a question needs, and by default show nothing of it; asked
 * for a summary they show one. Older ones, and names that tell no version, get no such field: it
 * would be refused. Source: platform.claude.com/docs/en/build-with-claude/thinking.
 */
function thinkingOf(model: string): Pick<Params, "thinking"> {
  const [, major, minor] = /^claude-[a-z]+-(\d{1,2})(?:-(\d{1,2}))?(?:-|$)/.exec(model) ?? [];
  const version = Number(major) * 100 + Number(minor ?? 0);
  return version >= 406 ? { thinking: { type: "adaptive", display: "summarized" } } : {};
}
