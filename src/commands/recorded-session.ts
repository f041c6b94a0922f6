// A session's events, from the database or from what `audit export` wrote of one.
import { z } from "zod";
import { AUDIT_TYPES, type AuditEvent } from "../domain/audit.ts";
import { OperatorError } from "../domain/errors.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { readNamedFile } from "../infra/files.ts";
import { parseJsonText } from "../infra/json-text.ts";
import { usage } from "./flags.ts";
import { namedSession } from "./tickets-store.ts";

/** A line of an export that is an event. */
const eventLine = z
  .object({
    kind: z.literal("event"),
    id: z.int(),
    at_ms: z.int(),
    type: z.enum(AUDIT_TYPES),
    ticket_id: z.int().nullable(),
    session_id: z.string().nullable(),
    content: z.record(z.string(), z.json()),
    previous_hash: z.string(),
    hash: z.string(),
  })
  .transform(
    ({ kind: _, at_ms, ticket_id, session_id, previous_hash, ...rest }): AuditEvent => ({
      ...rest,
      atMs: at_ms,
      ticketId: ticket_id,
      sessionId: session_id,
      previousHash: previous_hash,
    }),
  );

export interface RecordedSession {
  readonly sessionId: string;
  readonly events: readonly AuditEvent[];
}

export async function sessionInStore(
  store: TicketOps,
  typed: string | undefined,
): Promise<RecordedSession> {
  const { id: sessionId } = await namedSession(store, typed);
  return { sessionId, events: await store.eventsOf({ sessionId }) };
}

/** The session that was typed, or the beginning of its id; the last one when none was. */
export async function sessionInFile(
  file: string,
  typed: string | undefined,
): Promise<RecordedSession> {
  const text = await readNamedFile(file);
  const events = text.split("\n").flatMap((line) => eventIn(line, file));
  const isMeant = ({ sessionId }: AuditEvent) =>
    sessionId !== null && (typed === undefined || typed === "last" || sessionId.startsWith(typed));
  const sessionId = events.findLast(isMeant)?.sessionId;
  if (!sessionId) throw new OperatorError("not_found", `no session of that name in ${file}`);
  return { sessionId, events: events.filter((event) => event.sessionId === sessionId) };
}

function eventIn(line: string, file: string): readonly AuditEvent[] {
  const isOther = !line.startsWith('{"kind":"event"');
  if (isOther) return [];
  const read = eventLine.safeParse(parseJsonText(line));
  if (read.success) return [read.data];
  throw usage(`${file} holds an event that this version cannot read`, "operator audit export");
}
