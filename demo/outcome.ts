// Pure: from the tickets of a fault and the ledger of writes to what the demo may claim.
import type { FaultPlan } from "../src/domain/fault.ts";
import type { Ticket } from "../src/domain/ticket.ts";
import type { DemoResolution, DemoSummary } from "./events.ts";

/** The load generator's last word: every acknowledged write looked for again. */
export interface LedgerReport {
  readonly acknowledged: number;
  readonly lost: number;
  /** Keys that could not be read back: neither kept nor lost can be said of them. */
  readonly unreadable: number;
}

export interface DemoRecord {
  readonly subject: string;
  readonly plan: FaultPlan;
  readonly injectedAtMs: number;
  /** For each violation that the fault must cause: its newest ticket since the fault, or none. */
  readonly tickets: readonly (Ticket | undefined)[];
  readonly ledger: LedgerReport | undefined;
}

/** Worst first: a fault of two members is as well as the worse of them. */
const WORST_FIRST: readonly DemoResolution[] = [
  "undetected",
  "unresolved",
  "escalated",
  "manual",
  "self_healed",
  "verified_fix",
];

export function resolutionOf(ticket: Ticket | undefined): DemoResolution {
  if (!ticket) return "undetected";
  if (ticket.state === "escalated") return "escalated";
  return ticket.resolution ?? "unresolved";
}

export function summarize(record: DemoRecord): DemoSummary {
  const { subject, plan, injectedAtMs, tickets, ledger } = record;
  const resolutions = tickets.map(resolutionOf);
  const resolution = WORST_FIRST.find((worst) => resolutions.includes(worst)) ?? "undetected";
  const openedAtMs = latest(tickets.map((ticket) => ticket?.openedAtMs ?? null));
  const resolvedAtMs = latest(tickets.map((ticket) => ticket?.resolvedAtMs ?? null));
  const writesLost = ledger && ledger.unreadable === 0 ? ledger.lost : null;
  const isProven = resolution === "verified_fix" && writesLost === 0;
  return {
    type: "summary",
    subject,
    fault: plan.fault,
    target: plan.targets.join(","),
    detected: openedAtMs !== null,
    timeToDetectMs: openedAtMs === null ? null : openedAtMs - injectedAtMs,
    timeToMitigateMs: resolvedAtMs === null ? null : resolvedAtMs - injectedAtMs,
    resolution,
    sessionId: tickets.find((ticket) => ticket?.sessionId)?.sessionId ?? null,
    writesAcknowledged: ledger?.acknowledged ?? null,
    writesLost,
    exitCode: isProven ? 0 : 3,
  };
}

/** Null unless all are there. */
function latest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === times.length && known.length > 0 ? Math.max(...known) : null;
}
