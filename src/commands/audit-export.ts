// operator audit export: the record of one ticket, one session or all, in a file of its own: as
// JSON Lines for programs, or as one page for people, which needs nothing else and runs nothing.
import type { AuditEvent, EventFilter } from "../domain/audit.ts";
import { OperatorError, unreachable } from "../domain/errors.ts";
import type { Session } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { withFileErrors, writePartsAtomically } from "../infra/files.ts";
import { pageEnd, pageStart, restStart, rowOf, ticketEnd, ticketStart } from "./audit-html.ts";
import { eventsIn } from "./audit-pages.ts";
import { storyOf } from "./audit-story.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { EXPORT_VERSION, withEnd } from "./exported-lines.ts";
import { choiceFlag, textFlag, usage } from "./flags.ts";
import { jsonLine, printEither } from "./tickets-json.ts";
import { namedSession, namedTicket } from "./tickets-store.ts";

const FORMATS = ["jsonl", "html"] as const;
type Format = (typeof FORMATS)[number];

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
  const parts = format === "html" ? htmlParts(wish, counted) : withEnd(jsonParts(wish, counted));
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

/** One object a line: what it is in `kind`; the audit last, in the order of the chain. */
async function* jsonParts(wish: Export, counted: { rows: number }): AsyncGenerator<string> {
  const { store, selection, nowMs } = wish;
  const line = (kind: string, value: object) => `${jsonLine({ kind, ...value })}\n`;
  yield line("export", { version: EXPORT_VERSION, exportedAtMs: nowMs, of: selection.type });
  for await (const { ticket, session } of incidentsOf(wish)) {
    yield line("ticket", ticket);
    for (const own of session ? [session] : await store.sessionsOf(ticket.id)) {
      yield line("session", own);
      for (const { kind: tool, ...step } of await store.journalOf(own.id)) {
        yield line("step", { tool, ...step });
      }
      const asked = await store.listApprovals({ sessionId: own.id });
      for (const approval of asked.toReversed()) yield line("approval", approval);
    }
  }
  const { linkOf } = await import("../store/audit-stored.ts");
  for await (const { event, isOwn } of chainOf(store, filterOf(selection))) {
    if (isOwn) counted.rows += 1;
    yield isOwn ? line("event", event) : line("between", linkOf(event));
  }
}

type Whose = Pick<EventFilter, "sessionId" | "ticketId">;

/** From the first row that is meant to the last, and all rows of others between them. */
async function* chainOf(store: TicketOps, whose: Whose): AsyncGenerator<ChainedEvent> {
  const [first] = await store.eventsOf({ ...whose, limit: 1 });
  const [last] = await store.eventsOf({ ...whose, limit: 1, isNewestFirst: true });
  if (!first || !last) return;
  const { sessionId, ticketId } = whose;
  for await (const event of eventsIn(store, { afterId: first.id - 1 })) {
    if (event.id > last.id) return;
    const isOfSession = sessionId === undefined || event.sessionId === sessionId;
    const isOfTicket = ticketId === undefined || event.ticketId === ticketId;
    yield { event, isOwn: isOfSession && isOfTicket };
  }
}

interface ChainedEvent {
  readonly event: AuditEvent;
  readonly isOwn: boolean;
}

async function* htmlParts(wish: Export, counted: { rows: number }): AsyncGenerator<string> {
  const { store, nowMs } = wish;
  yield pageStart({ nowMs, verification: await store.verifyAudit() });
  for await (const { ticket, session } of incidentsOf(wish)) {
    yield ticketStart(await storyOf(store, { ticket, session, nowMs }));
    const whose = session === undefined ? { ticketId: ticket.id } : { sessionId: session.id };
    for await (const event of eventsIn(store, whose)) {
      counted.rows += 1;
      yield rowOf(event);
    }
    yield ticketEnd();
  }
  if (wish.selection.type === "all") yield* restParts(store, counted);
  yield pageEnd();
}

/** Of the audit as a whole, such as what age has taken out: they stand under no ticket. */
async function* restParts(store: TicketOps, counted: { rows: number }): AsyncGenerator<string> {
  let hasBegun = false;
  for await (const event of eventsIn(store, {})) {
    if (event.ticketId !== null) continue;
    if (!hasBegun) yield restStart();
    hasBegun = true;
    counted.rows += 1;
    yield rowOf(event);
  }
  if (hasBegun) yield ticketEnd();
}

/** A ticket, and the one session of it that is meant; all of them when absent. */
interface Incident {
  readonly ticket: Ticket;
  readonly session?: Session;
}

async function* incidentsOf({ store, selection }: Export): AsyncGenerator<Incident> {
  if (selection.type !== "all") {
    yield selection;
    return;
  }
  // Tickets are numbered without gaps.
  const [newest] = await store.listTickets({ limit: 1 });
  for (let id = 1; id <= (newest?.id ?? 0); id += 1) {
    const ticket = await store.getTicket(id);
    if (ticket) yield { ticket };
  }
}

function filterOf(selection: Selection): Whose {
  switch (selection.type) {
    case "all":
      return {};
    case "ticket":
      return { ticketId: selection.ticket.id };
    case "session":
      return { sessionId: selection.session.id };
    default:
      return unreachable(selection);
  }
}
