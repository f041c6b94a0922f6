// A database with many open tickets, written through the store itself.
import type { FiringViolation } from "../../src/domain/ticket-ops.ts";
import { systemClock } from "../../src/infra/clock.ts";
import { TicketOpsDB } from "../../src/store/ticket-ops-db.ts";
import { verdictWith } from "../support/verdicts.ts";

const BATCH = 5_000;

export async function fillTickets(path: string, tickets: number): Promise<void> {
  using store = await TicketOpsDB.open({ path, clock: systemClock });
  for (let from = 0; from < tickets; from += BATCH) {
    await store.recordViolations(violations(from, Math.min(BATCH, tickets - from)));
  }
}

/** `count` violations with fingerprints of their own, numbered from `from`. */
export function violations(from: number, count: number): readonly FiringViolation[] {
  return Array.from({ length: count }, (_, index) => ({
    verdict: verdictWith({ entity: `member-${from + index}` }),
    sinceMs: 0,
  }));
}
