// A session's events, from the database or from what `audit export` wrote of one.
import type { AuditEvent, MisfitRow } from "../domain/audit.ts";
import { OperatorError } from "../domain/errors.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import {
  type ExportedFile,
  type ExportedRow,
  type MisfitLine,
  readExport,
} from "./exported-lines.ts";
import { usage } from "./flags.ts";
import { namedSession } from "./tickets-store.ts";

export interface RecordedSession {
  readonly sessionId: string;
  readonly events: readonly AuditEvent[];
}

/** To be played again, or the row, or the line of the file, for which it is not. */
export type CheckedRecord =
  | {
      readonly events: readonly AuditEvent[];
      /** False for an older export with rows left out: one of the session's may be among them. */
      readonly isGapless: boolean;
    }
  | MisfitRow
  | MisfitLine;
export type CheckedSession = Pick<RecordedSession, "sessionId"> & CheckedRecord;

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
  return { sessionId, isGapless: true, ...(await store.checkedEventsOf(sessionId)) };
}

/** The session that was typed, or the beginning of its id; the last one when none was. */
export async function sessionInFile(
  file: string,
  typed: string | undefined,
): Promise<RecordedSession> {
  const { rows, unreadable } = await readExport(file);
  if (!unreadable) return sessionIn(rows, { file, typed });
  const { line, reason } = unreadable;
  throw usage(`line ${line} of ${file}: ${reason}`, "operator audit export");
}

export async function checkedInFile(
  file: string,
  typed: string | undefined,
): Promise<CheckedSession> {
  const read = await readExport(file);
  const { rows, unreadable, misfitAtEnd } = read;
  const lost = unreadable ?? (rows.length === 0 ? misfitAtEnd : undefined);
  if (lost) return { sessionId: typed ?? "last", ...lost };
  const session = sessionIn(rows, { file, typed });
  return { sessionId: session.sessionId, ...(await checkedRecord(read, session)) };
}

/** What names a row comes before what names no more than the end of the file. */
async function checkedRecord(
  { rows, ended, isGapless, misfitAtEnd }: ExportedFile,
  { sessionId, events }: RecordedSession,
): Promise<CheckedRecord> {
  const { misfitIn, misfitStart } = await import("../store/checked-events.ts");
  const { missingPart } = await import("../replay/read-record.ts");
  const from = rows.findIndex((row) => row.sessionId === sessionId);
  const to = rows.findLastIndex((row) => row.sessionId === sessionId);
  const own = rows.slice(from, to + 1);
  const isWhole = own.every(({ id }, index) => id === (own[0]?.id ?? 0) + index);
  const misfit =
    misfitIn(rows.slice(from), { isGapless }) ??
    misfitStart(events) ??
    hiddenRow(own, sessionId) ??
    (isWhole ? undefined : missingPart(events)) ??
    misfitAtEnd ??
    endlessLine(ended.get(sessionId), events);
  return misfit ?? { events, isGapless: isWhole };
}

/** Rows of others may stand there without their content. */
function hiddenRow(rows: readonly ExportedRow[], sessionId: string): MisfitRow | undefined {
  const hidden = rows.find((row) => row.sessionId === sessionId && !("content" in row));
  return hidden && { row: hidden.id, reason: "its content is missing" };
}

/** Also of a record that was cut before it was exported. */
function endlessLine(
  line: number | undefined,
  events: readonly AuditEvent[],
): MisfitLine | undefined {
  if (line === undefined || events.some(({ type }) => type === "session_ended")) return undefined;
  return { line, reason: "it says that the session ended, and no row does" };
}

function sessionIn(
  rows: readonly ExportedRow[],
  { file, typed }: { readonly file: string; readonly typed: string | undefined },
): RecordedSession {
  const isMeant = ({ sessionId }: ExportedRow) =>
    sessionId !== null && (typed === undefined || typed === "last" || sessionId.startsWith(typed));
  const events = rows.filter((row) => "content" in row);
  const sessionId = events.findLast(isMeant)?.sessionId;
  if (!sessionId) throw new OperatorError("not_found", `no session of that name in ${file}`);
  return { sessionId, events: events.filter((event) => event.sessionId === sessionId) };
}
