// operator audit replay: a session again, offline, from the database or from an exported file.
// Nothing of it is done again.
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { AUDIT_TYPES, type AuditEvent } from "../domain/audit.ts";
import { OperatorError, unreachable } from "../domain/errors.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { withFileErrors } from "../infra/files.ts";
import { parseJsonText } from "../infra/json-text.ts";
import { plainLine } from "../panels/plain-text.ts";
import type { Replay } from "../replay/replay.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { textFlag, usage } from "./flags.ts";
import { printEither } from "./tickets-json.ts";
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

export async function replayAudit(store: TicketOps, context: CommandContext): Promise<ExitCode> {
  const file = textFlag(context.flags, "from");
  const typed = context.words[1];
  const { sessionId, events } =
    file === undefined ? await fromStore(store, typed) : await fromFile(file, typed);
  const { replaySession } = await import("../replay/replay.ts");
  const replayed = await replaySession(events);
  const json = { sessionId, ...replayed };
  printEither(context, { json, lines: () => replayLines(sessionId, replayed) });
  return replayed.state === "same" ? 0 : 3;
}

interface Recorded {
  readonly sessionId: string;
  readonly events: readonly AuditEvent[];
}

async function fromStore(store: TicketOps, typed: string | undefined): Promise<Recorded> {
  const { id: sessionId } = await namedSession(store, typed);
  return { sessionId, events: await store.eventsOf({ sessionId }) };
}

/** The session that was typed, or the beginning of its id; the last one when none was. */
async function fromFile(file: string, typed: string | undefined): Promise<Recorded> {
  const text = await withFileErrors(`reading ${file}`, () => readFile(file, "utf8"));
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

function replayLines(sessionId: string, replay: Replay): readonly string[] {
  const session = `session ${sessionId}`;
  switch (replay.state) {
    case "same": {
      const end = replay.isWhole ? "" : ", as far as it was recorded: its agent ended before that";
      const what = `${replay.questions} questions, ${replay.rows} audit rows`;
      return [`${session} replayed: the same, byte for byte (${what})${end}`];
    }
    case "different":
      return [`${session} replayed: it differs at ${replay.where}`, ...replay.diff.map(plainLine)];
    case "unrecorded":
      return [`${session} cannot be replayed: ${replay.reason}`];
    default:
      return unreachable(replay);
  }
}
