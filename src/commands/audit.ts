// operator audit list | show | verify: what happened, and proof that nobody has changed it since.
import { OperatorError } from "../domain/errors.ts";
import type { Session } from "../domain/session.ts";
import type { AuditVerification, TicketDesk } from "../domain/ticket-ops.ts";
import { conversationLines } from "./audit-lines.ts";
import {
  sessionDurationMs,
  sessionOutcome,
  sessionState,
  sessionsTable,
} from "./audit-sessions.ts";
import type { CommandContext, ExitCode } from "./context.ts";
import { chooseFrom, parseId, refuseSurplus, textFlag, usage } from "./flags.ts";
import { printEither } from "./tickets-json.ts";
import { openExistingStore } from "./tickets-store.ts";

type Verb = (desk: TicketDesk, context: CommandContext) => Promise<ExitCode>;

const VERBS = { list, show, verify } satisfies Record<string, Verb>;
const VERB_NAMES = ["list", "show", "verify"] as const;
const LIMIT = 20;
/** How many ids a message names when the one typed does not exist. */
const NAMED_MAX = 3;
const LAST = "last";

export async function runAudit(context: CommandContext): Promise<ExitCode> {
  const verb = chooseFrom(context.words[0] ?? "list", VERB_NAMES, "verb of audit");
  refuseSurplus(context.words, { max: verb === "show" ? 2 : 1, after: "audit" });
  using store = await openExistingStore(context);
  // Awaited here: the store must stay open until the verb has ended.
  return await VERBS[verb](store, context);
}

async function list(desk: TicketDesk, context: CommandContext): Promise<ExitCode> {
  const limitText = textFlag(context.flags, "limit");
  const limit = limitText === undefined ? LIMIT : parseId(limitText, "--limit");
  const summaries = await desk.listSessions({ limit });
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

async function show(desk: TicketDesk, context: CommandContext): Promise<ExitCode> {
  const session = await namedSession(desk, context);
  const ticket = await desk.getTicket(session.ticketId);
  if (!ticket) throw new OperatorError("database", `ticket ${session.ticketId} is missing`);
  const events = await desk.eventsOf({ sessionId: session.id });
  const nowMs = context.clock.now();
  const json = { session, ticket, events };
  printEither(context, { json, lines: () => conversationLines({ ...json, nowMs }) });
  return 0;
}

async function verify(desk: TicketDesk, context: CommandContext): Promise<ExitCode> {
  const found = await desk.verifyAudit();
  printEither(context, { json: found, lines: () => [verificationLine(found)] });
  return found.state === "intact" ? 0 : 3;
}

function verificationLine(found: AuditVerification): string {
  if (found.state === "broken") return `audit broken at event ${found.firstBadId}: ${found.reason}`;
  if (found.rows === 0) return "no audit yet: there is nothing to verify";
  return `audit intact: ${found.rows} events, head ${found.head}`;
}

/** The session whose id, or the beginning of it, was typed after the verb; `last` is the newest. */
async function namedSession(desk: TicketDesk, { words }: CommandContext): Promise<Session> {
  const typed = words[1];
  if (!typed) throw usage("audit show needs a session, or last", "operator audit list");
  const newest = await desk.listSessions({ limit: NAMED_MAX });
  const session = typed === LAST ? newest[0]?.session : await desk.findSession(typed);
  if (session) return session;
  const ids = newest.map((summary) => summary.session.id).join(", ");
  const there = ids === "" ? "there are no sessions" : `the newest are ${ids}`;
  throw new OperatorError("not_found", `unknown session "${typed}": ${there}`);
}
