// What leaves a session: lines for people, events for the audit. Redacted, both of them, here.
import type { AuditInput } from "../domain/audit.ts";
import { asModelError, ModelError } from "../domain/model.ts";
import type { Usage } from "../domain/session.ts";
import type { SessionContext } from "./context.ts";
import { startDeadline } from "./deadline.ts";
import { addUsages } from "./limits.ts";
import { cutAt, oneLine } from "./lines.ts";
import { redactJson } from "./redact.ts";

/** As `condense` promises. */
const CONDENSED_CHARS_MAX = 160;

export function say({ agent }: Pick<SessionContext, "agent">, line: string): void {
  agent.print(oneLine(agent.redact(line)));
}

/** The number of the event, for the model to name as evidence. */
export async function record(
  { agent, ticket, session }: Pick<SessionContext, "agent" | "ticket" | "session">,
  { type, content }: Pick<AuditInput, "type" | "content">,
): Promise<number> {
  const event = await agent.queue.appendAudit({
    type,
    ticketId: ticket.id,
    sessionId: session.id,
    content: redactJson(content, agent.redact),
  });
  return event.id;
}

export interface Spending {
  readonly turns: number;
  readonly usage: Usage;
}

export async function spend(
  { agent, session, progress }: SessionContext,
  { turns, usage }: Spending,
): Promise<void> {
  progress.turns += turns;
  progress.usage = addUsages(progress.usage, usage);
  await agent.queue.addUsage(session.id, turns, usage);
}

/** A long text as one short line: by the model that can condense, else by cutting. */
export async function condense(context: SessionContext, text: string): Promise<string> {
  const { agent, progress, signal } = context;
  const clean = agent.redact(text);
  const line = oneLine(clean);
  if (line.length <= CONDENSED_CHARS_MAX || signal.aborted) return line;
  const condensed = progress.canCondense ? await tryCondense(context, clean) : undefined;
  return condensed ?? cutAt(line, CONDENSED_CHARS_MAX);
}

/** Undefined when there is nobody who condenses, or it failed, which is recorded. */
async function tryCondense(context: SessionContext, text: string): Promise<string | undefined> {
  const { agent, progress, signal } = context;
  const { clock, model, limits } = agent;
  using deadline = startDeadline({ clock, durationMs: limits.condenseMsMax, signal });
  const answer = await model.condense?.(text, deadline.signal).catch(asModelError);
  if (!answer) return undefined;
  if (answer instanceof ModelError) {
    progress.canCondense = false;
    const message = `condensing a line: ${answer.message}`;
    const content = { failure: answer.failure, message, willRetry: false };
    await record(context, { type: "model_failed", content });
    return undefined;
  }
  await spend(context, { turns: 0, usage: answer.usage });
  return answer.line;
}
