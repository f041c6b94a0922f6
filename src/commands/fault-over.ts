// Whether a fault is over for the monitor: what it caused was seen, and seen to end.
import type { Fault } from "../domain/fault.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { FaultEntry } from "../faults/ledger.ts";
import type { CommandContext } from "./context.ts";
import { openExistingStore } from "./tickets-store.ts";

/** The newest. Of what was struck so often since, an old fault is healed as if it were not over. */
const TICKETS_MAX = 1_000;

export interface StruckFault extends Pick<FaultEntry, "plan" | "atMs"> {
  readonly fault: Pick<Fault, "expects">;
  readonly subject: string;
}

/** False where the tickets cannot be read: a fault is healed whatever became of its tickets. */
export async function wasSeenOver(context: CommandContext, struck: StruckFault): Promise<boolean> {
  try {
    using store = await openExistingStore(context, { isReading: true });
    const { subject } = struck;
    const states = ["resolved"] as const;
    return isOverBy(await store.listTickets({ subject, states, limit: TICKETS_MAX }), struck);
  } catch {
    return false;
  }
}

function isOverBy(resolved: readonly Ticket[], { fault, plan, atMs }: StruckFault): boolean {
  const expected = fault.expects(plan);
  const isOver = ({ invariant, entity }: (typeof expected)[number]) =>
    resolved.some(
      (ticket) =>
        ticket.invariant === invariant &&
        ticket.entity === entity &&
        ticket.openedAtMs >= atMs &&
        // A person's word does not say that it ended.
        ticket.resolution !== "manual",
    );
  return expected.length > 0 && expected.every(isOver);
}
