// Carries the verdicts of one observation to the live tickets: verified, refused, healed, or freed
// from an agent that has died.
import type { Clock } from "../domain/clock.ts";
import { unreachable } from "../domain/errors.ts";
import type { Ticket } from "../domain/ticket.ts";
import type { TicketLedger } from "../domain/ticket-ops.ts";
import { fingerprintOf, type Verdict, type Violation } from "../domain/verdict.ts";
import type { Unseen, Violations } from "./detect.ts";
import type { MonitorEvent } from "./events.ts";
import { decideTicket, type TicketDecision, type Watch, watchTicket } from "./verify.ts";

/** By ticket id. */
export type Watches = ReadonlyMap<number, Watch>;

export interface SettleOptions {
  readonly ledger: TicketLedger;
  readonly clock: Clock;
  readonly emit: (event: MonitorEvent) => void;
  readonly subject: string;
  readonly verdicts: readonly Verdict[];
  readonly violations: Violations;
  readonly unseen: Unseen;
  /** When the observation began, on the monitor's own clock. */
  readonly observedFromMs: number;
  /** What the wall clock showed then. */
  readonly observedFromWallMs: number;
  readonly watches: Watches;
}

/** Returns the watches for the next observation. */
export async function settleTickets(options: SettleOptions): Promise<Watches> {
  const { ledger, subject, verdicts, watches } = options;
  const verdictOf = new Map(verdicts.map((verdict) => [fingerprintOf(verdict), verdict]));
  const after = new Map<number, Watch>();
  for (const ticket of await ledger.liveTickets(subject)) {
    const verdict = verdictOf.get(ticket.fingerprint);
    const sighting = { ticket, verdict, ...timesOf(options) };
    const watch = watchTicket(watches.get(ticket.id), sighting);
    after.set(ticket.id, watch);
    const regressions = await regressionsOf({ ticket, watch }, options);
    await carryOut(ticket, decideTicket({ ...sighting, watch, regressions }), options);
  }
  for (const ticket of await ledger.expireLeases()) {
    const reason = "the lease of its agent expired";
    announce(ticket, { move: "lease_expired", reason }, options);
  }
  return after;
}

/** For an observation that was lost: the next hold is the first of its run. */
export function endRuns(watches: Watches): Watches {
  return new Map(
    [...watches].map(([id, watch]) => [id, { ...watch, holds: 0, wellSinceMs: null }]),
  );
}

function timesOf({ clock, observedFromMs, observedFromWallMs }: SettleOptions) {
  const nowMs = clock.elapsed();
  // Had it not jumped since, it would show this: what was stamped before a jump is read rightly.
  const unmovedMs = observedFromWallMs + nowMs - observedFromMs;
  return { observedFromMs, nowMs, wallMs: Math.min(clock.now(), unmovedMs) };
}

/** What nobody could see when the ticket was opened may have been so before: not from a repair. */
async function regressionsOf(
  { ticket, watch }: { readonly ticket: Ticket; readonly watch: Watch },
  { ledger, violations, unseen }: SettleOptions,
): Promise<readonly Violation[]> {
  if (ticket.state !== "verifying" || ticket.sessionId === null) return [];
  const wasUnseen = (fingerprint: string) =>
    (unseen.get(fingerprint) ?? Number.POSITIVE_INFINITY) <= watch.openedMs;
  const younger = [...violations.values()].filter(
    ({ sinceMs, fingerprint }) =>
      sinceMs > watch.openedMs && fingerprint !== ticket.fingerprint && !wasUnseen(fingerprint),
  );
  if (younger.length === 0) return [];
  const touched = await ledger.touchedBy(ticket.sessionId);
  return younger.filter((violation) => touched.includes(violation.verdict.entity));
}

async function carryOut(
  ticket: Ticket,
  decision: TicketDecision,
  options: SettleOptions,
): Promise<void> {
  if (decision.type === "wait") return;
  const { ledger } = options;
  const { reason } = decision;
  const moved = await applied(ticket, decision, ledger);
  if (moved) announce(moved, { move: MOVED[decision.type], reason }, options);
}

const MOVED = { verify: "verified", refuse: "refused", heal: "healed" } as const;

function applied(
  { id }: Ticket,
  decision: Exclude<TicketDecision, { readonly type: "wait" }>,
  ledger: TicketLedger,
): Promise<Ticket | undefined> {
  const { type, reason } = decision;
  switch (type) {
    case "verify":
      return ledger.verifyTicket(id, reason, decision.wellForMs);
    case "refuse":
      return ledger.refuseTicket(id, reason);
    case "heal":
      return ledger.healTicket(id, reason, decision.wellForMs);
    default:
      return unreachable(type);
  }
}

function announce(
  ticket: Ticket,
  what: {
    readonly move: Extract<MonitorEvent, { type: "ticket" }>["move"];
    readonly reason: string;
  },
  { clock, emit }: SettleOptions,
): void {
  const state = ticket.resolution ? `${ticket.state} (${ticket.resolution})` : ticket.state;
  const title = `${ticket.invariant} of ${ticket.entity}`;
  emit({ type: "ticket", atMs: clock.now(), ticketId: ticket.id, state, title, ...what });
}
