// Pure: from the tickets of a fault and the ledger of the load to what the demo may claim.
import type { FaultPlan } from "../src/domain/fault.ts";
import type { LoadFigure, LoadLedger } from "../src/domain/load.ts";
import type { Ticket } from "../src/domain/ticket.ts";
import type { DemoResolution, DemoSummary, Harm } from "./events.ts";

export interface DemoRecord {
  readonly subject: string;
  readonly plan: FaultPlan;
  readonly injectedAtMs: number;
  /** For each violation that the fault must cause: its newest ticket since the fault, or none. */
  readonly tickets: readonly (Ticket | undefined)[];
  /** The load generator's last word. */
  readonly ledger: LoadLedger | undefined;
  /** What the subject's loads count. */
  readonly figures: readonly LoadFigure[];
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
  const { subject, plan, injectedAtMs, tickets, ledger, figures } = record;
  const resolutions = tickets.map(resolutionOf);
  const resolution = WORST_FIRST.find((worst) => resolutions.includes(worst)) ?? "undetected";
  const openedAtMs = latest(tickets.map((ticket) => ticket?.openedAtMs ?? null));
  const resolvedAtMs = latest(tickets.map((ticket) => ticket?.resolvedAtMs ?? null));
  const harms = harmsOf({ figures, ledger, injectedAtMs, resolvedAtMs });
  const isProven = resolution === "verified_fix" && isPromiseKept(ledger, harms);
  const counted = figures.filter(({ kind }) => kind === "count");
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
    counts: Object.fromEntries(counted.map(({ name }) => [name, ledger?.figures[name] ?? null])),
    harms,
    ledger: ledger?.verdict ?? null,
    exitCode: isProven ? 0 : 3,
  };
}

/**
 * A fault may do harm while it is in force: not before it, and not once it was mended. A load that
 * keeps no ledger was promised nothing.
 */
function isPromiseKept(ledger: LoadLedger | undefined, harms: readonly Harm[]): boolean {
  if (ledger?.verdict !== "broken") {
    return ledger?.verdict === "kept" || ledger?.verdict === "no_ledger";
  }
  return harms.every(({ count, when }) => {
    if (count === 0) return true;
    return when !== undefined && when.during === count;
  });
}

function harmsOf(of: {
  readonly figures: readonly LoadFigure[];
  readonly ledger: LoadLedger | undefined;
  readonly injectedAtMs: number;
  readonly resolvedAtMs: number | null;
}): readonly Harm[] {
  const { figures, ledger, injectedAtMs, resolvedAtMs } = of;
  return figures.flatMap((figure): readonly Harm[] => {
    if (figure.kind !== "harm") return [];
    const { name, label } = figure;
    const incidents = ledger?.incidents?.filter((incident) => incident.name === name);
    const sum = (isThen: (atMs: number) => boolean) =>
      (incidents ?? []).reduce((total, { at_ms, count }) => total + (isThen(at_ms) ? count : 0), 0);
    const isBefore = (atMs: number) => atMs < injectedAtMs;
    const isAfter = (atMs: number) => resolvedAtMs !== null && atMs > resolvedAtMs;
    const when = incidents && {
      before: sum(isBefore),
      during: sum((atMs) => !isBefore(atMs) && !isAfter(atMs)),
      after: sum(isAfter),
    };
    return [{ name, label, count: ledger?.figures[name] ?? null, when }];
  });
}

/** Null unless all are there. */
function latest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === times.length && known.length > 0 ? Math.max(...known) : null;
}
