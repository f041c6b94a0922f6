// operator audit list | show | explain | export | replay | verify | compact: what happened, and
// proof that nobody has changed it since.
import { OperatorError } from "../domain/errors.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { alterationOf, alteredLines, isAltered } from "./altered-rows.ts";
import { compactAudit } from "./audit-compact.ts";
import { explainLines } from "./audit-explain.ts";
import { exportAudit } from "./audit-export.ts";
import { conversationLines, sessionHead } from "./audit-lines.ts";
import { eventsIn, TOLD_TYPES } from "./audit-pages.ts";
import { replayAudit } from "./audit-replay.ts";
import {
  sessionDurationMs,
  sessionOutcome,
  sessionState,
  sessionsTable,
} from "./audit-sessions.ts";
import { storyOf } from "./audit-story.ts";
import { verifyAudit } from "./audit-verify.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { chooseFrom, isFlagSet, parseId, refuseSurplus, textFlag } from "./flags.ts";
import { printEither, printLongRecord } from "./tickets-json.ts";
import { namedSession, namedTicket, openExistingStore } from "./tickets-store.ts";

type Verb = (store: TicketOps, context: CommandContext) => Promise<ExitCode>;

const VERBS = { list, show, explain, export: exportAudit } satisfies Record<string, Verb>;
const VERB_NAMES = ["list", "show", "explain", "export", "replay", "verify", "compact"] as const;
const NAMING = ["show", "explain", "replay"];
const LIMIT = 20;

export async function runAudit(context: CommandContext): Promise<ExitCode> {
  const verb = chooseFrom(context.words[0] ?? "list", VERB_NAMES, "verb of audit");
  refuseSurplus(context.words, { max: NAMING.includes(verb) ? 2 : 1, after: "audit" });
  if (verb === "verify") return verifyAudit(context);
  if (verb === "compact") return compactAudit(context);
  if (verb === "replay") return replayAudit(context);
  using store = await openExistingStore(context, { isReading: true });
  // Awaited here: the store must stay open until the verb has ended.
  return await VERBS[verb](store, context);
}

async function list(store: TicketOps, context: CommandContext): Promise<ExitCode> {
  const limitText = textFlag(context.flags, "limit");
  const limit = limitText === undefined ? LIMIT : parseId(limitText, "--limit");
  const summaries = await store.listSessions({ limit });
  const nowMs = context.clock.now();
  const json = summaries.map((summary) => ({
    ...summary.session,
    state: sessionState(summary),
    durationMs: sessionDurationMs(summary.session, nowMs),
    outcome: sessionOutcome(summary) ?? null,
    ticket: summary.ticket,
  }));
  const lines = () => (json.length === 0 ? ["no sessions"] : sessionsTable(summaries, nowMs));
  printEither(context, { json, lines });
  return 0;
}

async function show(store: TicketOps, context: CommandContext): Promise<ExitCode> {
  const session = await namedSession(store, context.words[1]);
  const ticket = await store.getTicket(session.ticketId);
  if (!ticket) throw new OperatorError("database", `ticket ${session.ticketId} is missing`);
  const whose = { sessionId: session.id };
  const alteration = await alterationOf(store, { ...whose, ticketId: ticket.id });
  if (isFlagSet(context.flags, "json")) {
    const head = { session, ticket, ...alteration };
    await printLongRecord(context, { head, events: eventsIn(store, whose) });
    return isAltered(alteration) ? 3 : 0;
  }
  for (const line of alteredLines(alteration)) context.print(line);
  const shown = { session, ticket, nowMs: context.clock.now() };
  for (const line of sessionHead(shown)) context.print(line);
  for await (const event of eventsIn(store, { ...whose, types: TOLD_TYPES })) {
    for (const line of conversationLines(event, session)) context.print(line);
  }
  return isAltered(alteration) ? 3 : 0;
}

async function explain(store: TicketOps, context: CommandContext): Promise<ExitCode> {
  const ticket = await namedTicket(store, context.words[1]);
  const story = await storyOf(store, { ticket, nowMs: context.clock.now() });
  const alteration = await alterationOf(store, { ticketId: ticket.id });
  const lines = () => [...alteredLines(alteration), ...explainLines(story)];
  printEither(context, { json: { ...story, ...alteration }, lines });
  return isAltered(alteration) ? 3 : 0;
}
