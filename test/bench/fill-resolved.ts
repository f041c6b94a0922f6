// A database of many tickets, most of them resolved long ago, written by the store's own functions,
// many in one transaction.
import { Database } from "bun:sqlite";
import { systemClock } from "../../src/infra/clock.ts";
import { resolveTicket } from "../../src/store/desk.ts";
import { inWriteTransaction } from "../../src/store/transaction.ts";
import { fillTickets } from "./fill-tickets.ts";

const AT_ONCE = 5_000;
const RULES = { attemptsMax: 3, backoffMs: 1, backoffMsMax: 1, randomId: () => "x" };

/** `tickets` in all, of which the last `live` ones are open. */
export async function fillResolved(
  path: string,
  { tickets, live }: { readonly tickets: number; readonly live: number },
): Promise<void> {
  await fillTickets(path, tickets);
  using db = new Database(path, { strict: true });
  // As the store's own connections: what it leaves on pages is looked at.
  db.run("PRAGMA secure_delete = ON");
  const last = tickets - live;
  for (let from = 1; from <= last; from += AT_ONCE) {
    const call = { db, nowMs: systemClock.now(), rules: RULES, appended: [] };
    const ids = Array.from({ length: Math.min(AT_ONCE, last - from + 1) }, (_, at) => from + at);
    const work = () => ids.map((ticketId) => resolveTicket(call, { ticketId, reason: "by hand" }));
    inWriteTransaction(db, { work });
  }
}
