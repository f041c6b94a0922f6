// operator audit export: the record of one ticket, one session or all, in a file of its own: as
// JSON Lines for programs, or as one page for people, which needs nothing else and runs nothing.
import type { AuditEvent } from "../domain/audit.ts";
import { OperatorError } from "../domain/errors.ts";
import type { Session } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { withFileErrors, writePartsAtomically } from "../infra/files.ts";
import { pageEnd, pageStart, ticketPart } from "./audit-html.ts";
import { recordOf, type TicketRecord, tellStory } from "./audit-story.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { choiceFlag, textFlag, usage } from "./flags.ts";
import { jsonLine, printEither } from "./tickets-json.ts";
import { namedSession, namedTicket } from "./tickets-store.ts";

const FORMATS = ["jsonl", "html"] as const;
type Format = (typeof FORMATS)[number];

/** Read at once: so much of a long audit is in memory. */
const EVENTS_AT_ONCE = 500;

type Selection =
  | { readonly type: "all" }
  | { readonly type: "ticket"; readonly ticket: Ticket }
  | { readonly type: "session"; readonly ticket: Ticket; readonly session: Session };

interface Export {
  readonly store: TicketOps;
  readonly selection: Selection;
  readonly nowMs: number;
}

export async function exportAudit(store: TicketOps, context: CommandContext): Promise<ExitCode> {
  const out = textFlag(context.flags, "out");
  if (out === undefined) throw usage("export needs a file: --out audit.jsonl, or --out audit.html");
  const format = choiceFlag(context.flags, "format", FORMATS) ?? formatOf(out);
  const selection = await selectionOf(store, context);
  const wish: Export = { store, selection, nowMs: context.clock.now() };
  const counted = { rows: 0 };
  const parts = format === "html" ? htmlParts(wish, counted) : jsonParts(wish, counted);
  await withFileErrors(`exporting to ${out}`, () => writePartsAtomically(out, parts));
  const json = { out, format, rows: counted.rows };
  printEither(context, { json, lines: () => [`${out}: ${counted.rows} audit rows as ${format}`] });
  return 0;
}

function formatOf(out: string): Format {
  return /\.html?$/i.test(out) ? "html" : "jsonl";
}

async function selectionOf(store: TicketOps, { flags }: CommandContext): Promise<Selection> {
  const [ticketId, sessionId] = [textFlag(flags, "ticket"), textFlag(flags, "session")];
  if (ticketId !== undefined && sessionId !== undefined) {
    throw usage("--ticket and --session: one of them, or neither for all");
  }
  if (ticketId !== undefined) return { type: "ticket", ticket: await namedTicket(store, ticketId) };
  if (sessionId === undefined) return { type: "all" };
  const session = await namedSession(store, sessionId);
  const ticket = await store.getTicket(session.ticketId);
  if (!ticket) throw new OperatorError("database", `ticket ${session.ticketId} is missing`);
  return { type: "session", ticket, session };
}

/** One object a line: what it is in `kind`; the events last, in the order of the chain. */
async function* jsonParts(wish: Export, counted: { rows: number }): AsyncGenerator<string> {
  const { store, selection, nowMs } = wish;
  const line = (kind: string, value: object) => `${jsonLine({ kind, ...value })}\n`;
  yield line("export", { version: 1, exportedAtMs: nowMs, of: selection.type });
  const approvals = await store.listApprovals({});
  for await (const { ticket, sessions } of recordsOf(wish)) {
    yield line("ticket", ticket);
    for (const { session, journal } of sessions) {
      yield line("session", session);
      for (const step of journal) yield line("step", step);
      const own = approvals.filter(({ sessionId }) => sessionId === session.id);
      for (const approval of own.toReversed()) yield line("approval", approval);
    }
  }
  for await (const event of eventsIn(wish)) {
    counted.rows += 1;
    yield line("event", event);
  }
}

async function* htmlParts(wish: Export, counted: { rows: number }): AsyncGenerator<string> {
  yield pageStart({ nowMs: wish.nowMs, verification: await wish.store.verifyAudit() });
  for await (const record of recordsOf(wish)) {
    counted.rows += record.events.length;
    yield ticketPart(tellStory(record, wish.nowMs), record.events);
  }
  yield pageEnd();
}

async function* recordsOf({ store, selection }: Export): AsyncGenerator<TicketRecord> {
  if (selection.type === "all") {
    // Tickets are numbered without gaps.
    const [newest] = await store.listTickets({ limit: 1 });
    for (let id = 1; id <= (newest?.id ?? 0); id += 1) {
      const ticket = await store.getTicket(id);
      if (ticket) yield await recordOf(store, ticket);
    }
    return;
  }
  const record = await recordOf(store, selection.ticket);
  yield selection.type === "ticket" ? record : narrowed(record, selection.session);
}

function narrowed({ ticket, sessions, events }: TicketRecord, { id }: Session): TicketRecord {
  return {
    ticket,
    sessions: sessions.filter(({ session }) => session.id === id),
    events: events.filter(({ sessionId }) => sessionId === id),
  };
}

async function* eventsIn({ store, selection }: Export): AsyncGenerator<AuditEvent> {
  const filter =
    selection.type === "all"
      ? {}
      : selection.type === "ticket"
        ? { ticketId: selection.ticket.id }
        : { sessionId: selection.session.id };
  for (let afterId = 0; ; ) {
    const events = await store.eventsOf({ ...filter, afterId, limit: EVENTS_AT_ONCE });
    yield* events;
    const last = events.at(-1);
    if (!last) return;
    afterId = last.id;
  }
}
