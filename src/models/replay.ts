// The model that says again what another one said in a recorded session, reply by reply, whatever
// it is asked. What its tool calls find now is another matter: it has no eyes.
import { z } from "zod";
import { type AuditEvent, compactedHash } from "../domain/audit.ts";
import type { JsonObject } from "../domain/json.ts";
import { type Message, type Model, ModelError, type ModelReply } from "../domain/model.ts";
import { NO_USAGE } from "../domain/session.ts";
import { eventIn } from "./result-event.ts";

const jsonObject = z.record(z.string(), z.json());

const block = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({
    type: z.literal("tool_call"),
    id: z.string(),
    name: z.string(),
    input: jsonObject,
  }),
  z.object({ type: z.literal("opaque"), text: z.string(), data: jsonObject }),
]);

const reply = z.object({
  blocks: z.array(block),
  stop: z.enum(["tool_calls", "end", "output_limit", "refusal"]),
});

const toolResult = z.object({ callId: z.string() });
const evidence = z.array(z.int());

export interface ReplayedSession {
  /** The whole name, as typed after --model. */
  readonly name: string;
  /** All audit events of the session, in order. */
  readonly events: readonly AuditEvent[];
}

/**
 * Its queries cost nothing; they fail with "invalid_request" where the record has no further reply.
 * Each session begins with the first one.
 */
export function createReplayModel({ name, events }: ReplayedSession): Model {
  const replies = events.filter(({ type }) => type === "model_replied");
  const calls = callsByEvent(events);
  return {
    name,
    speaker: "Replay",
    query: async ({ messages }, signal) => {
      if (signal.aborted) throw new ModelError("aborted", "replaying: aborted");
      // Told by the conversation alone: the briefing, and then one message for each reply.
      const said = messages.filter(({ role }) => role === "user").length - 1;
      const { blocks, stop } = replyIn(replies[said]?.content, said + 1);
      const moved = movedEvidence(messages, calls);
      return { blocks: blocks.map(moved), stop, usage: NO_USAGE };
    },
  };
}

function replyIn(content: JsonObject | undefined, number: number): z.infer<typeof reply> {
  if (content === undefined) {
    throw new ModelError("invalid_request", `the recorded session has no reply ${number}`);
  }
  const read = reply.safeParse(content);
  if (read.success) return read.data;
  const isGone = compactedHash(content) !== undefined;
  const what = isGone ? "was removed by audit compact" : "cannot be read";
  throw new ModelError("invalid_request", `reply ${number} of the recorded session ${what}`);
}

/** Of which call an audit event was the result, then. */
function callsByEvent(events: readonly AuditEvent[]): ReadonlyMap<number, string> {
  return new Map(
    events.flatMap(({ id, type, content }): [number, string][] => {
      const result = type === "tool_result" ? toolResult.safeParse(content) : undefined;
      return result?.success ? [[id, result.data.callId]] : [];
    }),
  );
}

/** The same results have other numbers now; evidence that is no result of a call falls away. */
function movedEvidence(messages: readonly Message[], calls: ReadonlyMap<number, string>) {
  const events = new Map(
    messages
      .flatMap(({ blocks }) => blocks)
      .flatMap((result) =>
        result.type === "tool_result" ? [[result.callId, eventIn(result.text)] as const] : [],
      ),
  );
  return (said: ModelReply["blocks"][number]): ModelReply["blocks"][number] => {
    if (said.type !== "tool_call") return said;
    const named = evidence.safeParse(said.input.evidence);
    if (!named.success) return said;
    const moved = named.data.flatMap((id) => events.get(calls.get(id) ?? "") ?? []);
    return { ...said, input: { ...said.input, evidence: moved } };
  };
}
