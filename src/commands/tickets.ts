// operator tickets list | show | resolve | hold | unhold | retry: the work, and a person's hand
// in it.
import { SUBJECT_NAMES } from "../../subjects/index.ts";
import { TICKET_STATES, type Ticket, type TicketState } from "../domain/ticket.ts";
import type { TicketDesk, TicketOps } from "../domain/ticket-ops.ts";
import { alterationOf, alteredLines, isAltered } from "./altered-rows.ts";
import { eventsIn, TOLD_TYPES } from "./audit-pages.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { chooseFrom, isFlagSet, parseId, refuseSurplus, textFlag } from "./flags.ts";
import { printEither, printLongRecord } from "./tickets-json.ts";
import { HISTORY, listLines, showLines, stateWords } from "./tickets-lines.ts";
import { namedTicket, openExistingStore } from "./tickets-store.ts";

type Verb = (store: TicketOps, context: CommandContext) => Promise<ExitCode | undefined>;

const VERBS = { list, show, resolve, hold, unhold, retry } satisfies Record<string, Verb>;
const VERB_NAMES = ["list", "show", "resolve", "hold", "unhold", "retry"] as const;
const LIMIT = 50;

export async function runTickets(context: CommandContext): Promise<ExitCode> {
  const verb = chooseFrom(context.words[0] ?? "list", VERB_NAMES, "verb of tickets");
  refuseSurplus(context.words, { max: verb === "list" ? 1 : 2, after: "tickets" });
  const isReading = verb === "list" || verb === "show";
  using store = await openExistingStore(context, { isReading });
  return (await VERBS[verb](store, context)) ?? 0;
}

async function list(desk: TicketDesk, context: CommandContext): Promise<undefined> {
  const { flags } = context;
  const states = statesFlag(context);
  const subject = textFlag(flags, "subject");
  const limitText = textFlag(flags, "limit");
  const limit = limitText === undefined ? LIMIT : parseId(limitText, "--limit");
  const filter = { ...(states && { states }), ...(subject !== undefined && { subject }) };
  // One more than is shown tells whether there are more.
  const found = await desk.listTickets({ ...filter, limit: limit + 1 });
  // Tickets outlive their subject's code: a name is wrong only when there is neither.
  if (found.length === 0 && subject !== undefined) chooseFrom(subject, SUBJECT_NAMES, "subject");
  const tickets = found.slice(0, limit);
  const isFiltered = Object.keys(filter).length > 0;
  const hasMore = found.length > limit;
  printEither(context, { json: tickets, lines: () => listLines(tickets, { isFiltered, hasMore }) });
}

function statesFlag({ flags }: CommandContext): readonly TicketState[] | undefined {
  const words = textFlag(flags, "status")?.split(",");
  return words?.map((word) => chooseFrom(word.trim(), TICKET_STATES, "ticket state"));
}

async function show(store: TicketOps, context: CommandContext): Promise<ExitCode> {
  const ticket = await namedTicket(store, context.words[1]);
  const sessions = await store.sessionsOf(ticket.id);
  const whose = { ticketId: ticket.id };
  const alteration = await alterationOf(store, whose);
  const exitCode = isAltered(alteration) ? 3 : 0;
  if (isFlagSet(context.flags, "json")) {
    const events = eventsIn(store, { ...whose, types: TOLD_TYPES });
    await printLongRecord(context, { head: { ticket, sessions, ...alteration }, events });
    return exitCode;
  }
  const events = await store.eventsOf({ ...whose, types: HISTORY });
  const nowMs = context.clock.now();
  for (const line of alteredLines(alteration)) context.print(line);
  for (const line of showLines({ ticket, sessions, events, nowMs })) context.print(line);
  return exitCode;
}

async function resolve(desk: TicketDesk, context: CommandContext): Promise<undefined> {
  const { id } = await namedTicket(desk, context.words[1]);
  const reason = textFlag(context.flags, "reason") ?? "no reason given";
  printMoved(context, await desk.resolveTicket(id, reason));
}

async function hold(desk: TicketDesk, context: CommandContext): Promise<undefined> {
  const { id } = await namedTicket(desk, context.words[1]);
  printMoved(context, await desk.setHeld(id, true));
}

async function unhold(desk: TicketDesk, context: CommandContext): Promise<undefined> {
  const { id } = await namedTicket(desk, context.words[1]);
  printMoved(context, await desk.setHeld(id, false));
}

async function retry(desk: TicketDesk, context: CommandContext): Promise<undefined> {
  const { id } = await namedTicket(desk, context.words[1]);
  printMoved(context, await desk.retryTicket(id));
}

function printMoved(context: CommandContext, ticket: Ticket): void {
  printEither(context, {
    json: ticket,
    lines: () => [`Ticket #${ticket.id} -> ${stateWords(ticket)}`],
  });
}
