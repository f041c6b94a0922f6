// What a runbook needs of a conversation: the ticket of its briefing, and each tool call with its
// result.
import { z } from "zod";
import { type Message, ModelError } from "../domain/model.ts";
import type { RunbookResult, RunbookTicket } from "../domain/runbook.ts";

export interface AnsweredCall {
  readonly id: string;
  readonly name: string;
  readonly result: RunbookResult;
}

export interface Transcript {
  readonly ticket: RunbookTicket;
  /** In the order in which they were made. */
  readonly calls: readonly AnsweredCall[];
}

/** A line break within JSON is escaped, so only the fence's own end stands at a line's start. */
const JSON_FENCE = /^```json[ \t\r]*\n([\s\S]*?)\n```/m;

/** Around what a tool came to; within it nothing looks like its end. */
const FENCED = /^```text\n([\s\S]*?)\n```$/gm;

const TICKET = z.object({
  id: z.number().int(),
  subject: z.string().regex(/^[\w.-]+$/), // it becomes a word of commands
  invariant: z.string().min(1),
  entity: z.string(),
  reason: z.string(),
  evidence: z.record(z.string(), z.json()),
});

/** Throws ModelError "malformed" without a ticket in the first user message, or a result. */
export function readTranscript(messages: readonly Message[]): Transcript {
  return { ticket: readTicket(messages), calls: readCalls(messages) };
}

function readTicket(messages: readonly Message[]): RunbookTicket {
  const briefing = messages.find((message) => message.role === "user")?.blocks ?? [];
  const text = briefing.map((block) => (block.type === "text" ? block.text : "")).join("\n");
  const json = JSON_FENCE.exec(text)?.[1];
  if (json === undefined) throw new ModelError("malformed", "the briefing holds no ticket in JSON");
  const ticket = TICKET.safeParse(JSON.parse(json));
  if (ticket.success) return ticket.data;
  const [issue] = ticket.error.issues;
  const what = `${issue?.path.join(".")}: ${issue?.message}`;
  throw new ModelError("malformed", `the ticket in the briefing: ${what}`);
}

function readCalls(messages: readonly Message[]): readonly AnsweredCall[] {
  const blocks = messages.flatMap((message) => message.blocks);
  const results = new Map(
    blocks
      .filter((block) => block.type === "tool_result")
      .map((block) => [
        block.callId,
        { text: block.text.replace(FENCED, "$1"), isError: block.isError },
      ]),
  );
  return blocks
    .filter((block) => block.type === "tool_call")
    .map(({ id, name }) => ({ id, name, result: resultOf(id, results) }));
}

function resultOf(id: string, results: ReadonlyMap<string, RunbookResult>): RunbookResult {
  const result = results.get(id);
  if (result === undefined) throw new ModelError("malformed", `call ${id} has no result`);
  return result;
}
