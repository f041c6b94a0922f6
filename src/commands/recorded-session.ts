// A session's events, from the database or from what `audit export` wrote of one.
import { z } from "zod";
import { AUDIT_TYPES, type AuditEvent, type CheckedEvents } from "../domain/audit.ts";
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

/** Its first line, where it holds everything: then no row is missing between two others. */
const wholeExport = z.object({ kind: z.literal("export"), of: z.literal("all") });

export interface RecordedSession {
  readonly sessionId: string;
  readonly events: readonly AuditEvent[];
}

/** To be played again, or the row for which it is not. */
export type CheckedSession = Pick<RecordedSession, "sessionId"> & CheckedEvents;

export async function sessionInStore(
  store: TicketOps,
  typed: string | undefined,
): Promise<RecordedSession> {
  const { id: sessionId } = await namedSession(store, typed);
  return { sessionId, events: await store.eventsOf({ sessionId }) };
}

export async function checkedInStore(
  store: TicketOps,
  typed: string | undefined,
): Promise<CheckedSession> {
  const { id: sessionId } = await namedSession(store, typed);
  return { sessionId, ...(await store.checkedEventsOf(sessionId)) };
}

/** The session that was typed, or the beginning of its id; the last one when none was. */
export async function sessionInFile(
  file: string,
  typed: string | undefined,
): Promise<RecordedSession> {
  return chosenFrom(await readExport(file), { file, typed });
}

export async function checkedInFile(
  file: string,
  typed: string | undefined,
): Promise<CheckedSession> {
  const read = await readExport(file);
  const { sessionId, events } = chosenFrom(read, { file, typed });
  const { misfitIn } = await import("../store/checked-events.ts");
  const start = read.events.findIndex((event) => event.sessionId === sessionId);
  const { isWhole } = read;
  return {
    sessionId,
    ...(misfitIn(read.events.slice(start), { isGapless: isWhole }) ?? { events }),
  };
}

interface Export {
  readonly events: readonly AuditEvent[];
  readonly isWhole: boolean;
}

async function readExport(file: string): Promise<Export> {
  const lines = (await readNamedFile(file)).split("\n");
  const isWhole = wholeExport.safeParse(parseJsonText(lines[0] ?? "")).success;
  return { events: lines.flatMap((line) => eventIn(line, file)), isWhole };
}

function chosenFrom(
  { events }: Export,
  { file, typed }: { readonly file: string; readonly typed: string | undefined },
): RecordedSession {
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
