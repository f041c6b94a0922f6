// Port: the one who proposes. A language model, a runbook and a replay answer in the same form.
import type { JsonObject } from "./json.ts";
import type { Usage } from "./session.ts";

export type Block =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "tool_call";
      readonly id: string;
      readonly name: string;
      readonly input: JsonObject;
    }
  | {
      readonly type: "tool_result";
      readonly callId: string;
      readonly text: string;
      readonly isError: boolean;
    }
  /**
   * A provider's own block (signed thinking, say), handed back unchanged; `text` is what a person
   * may read.
   */
  | { readonly type: "opaque"; readonly text: string; readonly data: JsonObject };

export interface Message {
  readonly role: "user" | "assistant";
  readonly blocks: readonly Block[];
}

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the input, an object. */
  readonly inputSchema: JsonObject;
}

export interface ModelRequest {
  /** The stable part: instructions, subject, actions. Cached by providers that can. */
  readonly system: string;
  readonly tools: readonly ToolSpec[];
  readonly messages: readonly Message[];
  readonly outputTokensMax: number;
}

export interface ModelReply {
  readonly blocks: readonly Block[];
  readonly stop: "tool_calls" | "end" | "output_limit" | "refusal";
  readonly usage: Usage;
  /** What a provider said, in its own form: for the record alone. */
  readonly raw?: JsonObject;
}

/** Whether the same query may succeed later decides whether the agent tries again. */
export type ModelFailure =
  | "rate_limited"
  | "overloaded"
  | "connection" // refused, reset, or a stream cut in the middle
  | "malformed" // an answer that is not of the protocol's form
  | "unauthorized"
  | "invalid_request"
  | "aborted";

export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly failure: ModelFailure;
  /** What the service asked us to wait, if it did. */
  readonly retryAfterMs: number | undefined;

  constructor(failure: ModelFailure, message: string, retryAfterMs?: number) {
    super(message);
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The port promises ModelError and nothing else; anything else is a defect, and is thrown on. */
export function asModelError(thrown: unknown): ModelError {
  if (thrown instanceof ModelError) return thrown;
  throw thrown;
}

export interface Model {
  /** As in --model: `runbook`, `claude-sonnet-5-5`, … */
  readonly name: string;
  /** Who speaks, in the lines of the agent: "Claude", "Runbook". */
  readonly speaker: string;
  /**
   * One reply to the whole conversation. Rejects with ModelError and nothing else, within 5 s of an
   * abort. Makes no retries of its own and keeps no state between calls.
   */
  query(request: ModelRequest, signal: AbortSignal): Promise<ModelReply>;
  /** One line of at most 160 characters for a long text; absent where nothing can condense. */
  condense?(
    text: string,
    signal: AbortSignal,
  ): Promise<{ readonly line: string; readonly usage: Usage }>;
}
