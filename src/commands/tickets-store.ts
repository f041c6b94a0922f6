// The database for people: looked into when it is there, never made by looking.
import { OperatorError } from "../domain/errors.ts";
import type { Session } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { TicketDesk, TicketOps } from "../domain/ticket-ops.ts";
import type { CommandContext } from "./context.ts";
import { databaseOf, parseId, usage } from "./flags.ts";
import { isDatabaseMissing, openStore, type StoreOpening } from "./open-store.ts";

/** How many ids a message names when the one typed does not exist. */
const NAMED_MAX = 5;
const SESSIONS_NAMED_MAX = 3;
const LAST = "last";

/**
 * An empty one, kept nowhere, when there is no such file yet. Rejects with code "database", also
 * where an opening would take away what shows that rows are lost.
 */
export async function openExistingStore(
  context: CommandContext,
  { isReading = false }: Pick<StoreOpening, "isReading"> = {},
): Promise<TicketOps> {
  const { besideFile } = await import("../store/file-beside.ts");
  const { loneLogProblem, lostLogProblem } = await import("../store/audit-wal.ts");
  const path = databaseOf(context);
  const lost = loneLogProblem(path) ?? lostLogProblem(path);
  if (lost) {
    const [log, index] = [besideFile(path, "-wal"), besideFile(path, "-shm")];
    throw new OperatorError("database", `cannot use database ${path}: ${lost.reason}`, {
      hint: `put it and ${log} together again, or remove ${log} and ${index} to go on without them`,
    });
  }
  if (!isDatabaseMissing(context)) return openStore(context, { isCopyEnough: true, isReading });
  const { TicketOpsDB } = await import("../store/ticket-ops-db.ts");
  return TicketOpsDB.open({ path: ":memory:", clock: context.clock });
}

/** The ticket whose id was typed. */
export async function namedTicket(desk: TicketDesk, typed: string | undefined): Promise<Ticket> {
  const ticketId = parseId(typed, "ticket");
  const ticket = await desk.getTicket(ticketId);
  if (ticket) return ticket;
  const newest = await desk.listTickets({ limit: NAMED_MAX });
  const ids = newest.map(({ id }) => id).join(", ");
  const there = ids === "" ? "there are no tickets" : `the newest are ${ids}`;
  throw new OperatorError("not_found", `unknown ticket ${ticketId}: ${there}`);
}

/** The session whose id, or the beginning of it, was typed; `last` is the newest. */
export async function namedSession(desk: TicketDesk, typed: string | undefined): Promise<Session> {
  if (!typed) throw usage("which session? its id, or last", "operator audit list");
  const newest = await desk.listSessions({ limit: SESSIONS_NAMED_MAX });
  const session = typed === LAST ? newest[0]?.session : await desk.findSession(typed);
  if (session) return session;
  const ids = newest.map((summary) => summary.session.id).join(", ");
  const there = ids === "" ? "there are no sessions" : `the newest are ${ids}`;
  throw new OperatorError("not_found", `unknown session "${typed}": ${there}`);
}
