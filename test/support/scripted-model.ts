// A model that says what the test wrote down, and remembers what it was asked.
import { withoutFence } from "../../src/agent/fence.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import {
  type Block,
  type Model,
  ModelError,
  type ModelReply,
  type ModelRequest,
} from "../../src/domain/model.ts";
import { NO_USAGE } from "../../src/domain/session.ts";

/** A reply, a failure, what to do until the abort, or a reply to what was asked. */
export type Line =
  | ModelReply
  | ModelError
  | "hang"
  | ((request: ModelRequest, signal: AbortSignal) => ModelReply | Promise<ModelReply>);

export interface ScriptedModel extends Model {
  readonly requests: readonly ModelRequest[];
}

/** After the last line it says the last line again. */
export function scriptedModel(lines: readonly Line[], extras: Partial<Model> = {}): ScriptedModel {
  const requests: ModelRequest[] = [];
  return {
    name: "scripted",
    speaker: "Script",
    ...extras,
    requests,
    async query(request, signal) {
      if (signal.aborted) throw new ModelError("aborted", "aborted before it began");
      const line = lines[Math.min(requests.length, lines.length - 1)];
      requests.push(request);
      if (line === undefined) throw new Error("the script is empty");
      if (line === "hang") return hangUntil(signal);
      if (line instanceof ModelError) throw line;
      return typeof line === "function" ? line(request, signal) : line;
    },
  };
}

/** The text of the results in the last message that the model was sent, out of their fences. */
export function resultsIn(request: ModelRequest | undefined): readonly string[] {
  const blocks = request?.messages.at(-1)?.blocks ?? [];
  return blocks.flatMap((block) =>
    block.type === "tool_result" || block.type === "text" ? [withoutFence(block.text)] : [],
  );
}

export function reply(blocks: readonly Block[], changes: Partial<ModelReply> = {}): ModelReply {
  return { blocks, stop: "tool_calls", usage: NO_USAGE, ...changes };
}

let calls = 0;

export function call(name: string, input: JsonObject): Block {
  calls += 1;
  return { type: "tool_call", id: `call-${calls}`, name, input };
}

export function shellCall(command: string): Block {
  return call("shell", { command, reason: "to see" });
}

export function actCall(action: string, target: string, args: JsonObject = {}): Block {
  return call("act", { action, target, args, reason: "to repair" });
}

export function concludeCall(outcome: string): Block {
  return call("conclude", {
    outcome,
    root_cause: "it was stopped",
    evidence: [],
    summary: "it runs again",
  });
}

/** One reply with these tool calls. */
export function says(...blocks: readonly Block[]): ModelReply {
  return reply(blocks);
}

function hangUntil(signal: AbortSignal): Promise<ModelReply> {
  return new Promise((_, reject) => {
    const fail = () => reject(new ModelError("aborted", "aborted"));
    signal.addEventListener("abort", fail, { once: true });
  });
}
