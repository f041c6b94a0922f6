// Follows the tickets that a fault must cause, from the database where monitor and agent meet.
import type { FaultPlan } from "../src/domain/fault.ts";
import type { Ticket } from "../src/domain/ticket.ts";
import type { TicketOps } from "../src/domain/ticket-ops.ts";
import { fingerprintOf } from "../src/domain/verdict.ts";

const TICKETS_MAX = 500;

export interface Struck {
  /** Its number in the ledger of faults. */
  readonly id: number;
  readonly subject: string;
  readonly plan: FaultPlan;
  readonly injectedAtMs: number;
  readonly expected: readonly { readonly invariant: string; readonly entity: string }[];
}

/** For each expected violation its newest ticket opened since the fault, or none. */
export async function expectedTickets(
  store: TicketOps,
  { subject, injectedAtMs, expected }: Struck,
): Promise<readonly (Ticket | undefined)[]> {
  const newestFirst = await store.listTickets({ subject, limit: TICKETS_MAX });
  const since = newestFirst.filter((ticket) => ticket.openedAtMs >= injectedAtMs);
  return expected.map((violation) => {
    const fingerprint = fingerprintOf({ subject, ...violation });
    return since.find((ticket) => ticket.fingerprint === fingerprint);
  });
}

/** Nothing more will happen to it by itself. */
export function hasEnded(ticket: Ticket | undefined): boolean {
  return ticket?.state === "resolved" || ticket?.state === "escalated";
}
