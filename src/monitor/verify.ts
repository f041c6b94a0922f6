// Pure: what the observations say about a live ticket. Only this decides that a ticket is resolved.
// Its times are of the monitor's own clock, which goes on evenly: what a wall clock that jumps has
// stamped on the ticket is read once, when the ticket is first seen so.
import { CONFIRM_GRACE_MS, type Ticket } from "../domain/ticket.ts";
import type { Verdict, Violation } from "../domain/verdict.ts";

export const OBSERVATIONS_MIN = 3;

/** What was seen of one ticket's invariant since the ticket entered its present state. */
export interface Watch {
  /** The state that it belongs to; another one starts a new watch. */
  readonly stateKey: string;
  /** When the first look at it in that state began; when it entered it, if that was later. */
  readonly sinceMs: number;
  /** When it was opened. */
  readonly openedMs: number;
  /** Consecutive successful observations in which it held: how many, and since when. */
  readonly holds: number;
  readonly holdsSinceMs: number;
  /** Held at least once: from then on, violated means violated again. */
  readonly hasHeld: boolean;
  /** Since when every look has seen it hold, whatever state it was in; null: the last did not. */
  readonly wellSinceMs: number | null;
}

export type TicketDecision =
  | { readonly type: "wait" }
  | { readonly type: "refuse"; readonly reason: string }
  | {
      readonly type: "verify" | "heal";
      readonly reason: string;
      /** For how long every look has seen it hold: as long as an agent or a person had it, too. */
      readonly wellForMs: number;
    };

export interface Sighting {
  readonly ticket: Ticket;
  /** Absent when the entity was not judged in this observation: as good as unknown. */
  readonly verdict: Verdict | undefined;
  readonly observedFromMs: number;
  readonly nowMs: number;
  /** What the wall clock shows now; of two answers, when it jumped meanwhile, the earlier. */
  readonly wallMs: number;
}

/** The watch after one more observation. Anything but `holds` ends the run of holds. */
export function watchTicket(before: Watch | undefined, sighting: Sighting): Watch {
  const { ticket, verdict, observedFromMs, nowMs } = sighting;
  const stateKey = `${ticket.state} ${ticket.verifyingSinceMs ?? ""}`;
  const known = before?.stateKey === stateKey ? before : newWatch(stateKey, before, sighting);
  const wellSinceMs = verdict?.state === "holds" ? (before?.wellSinceMs ?? nowMs) : null;
  const watch = { ...known, wellSinceMs };
  // An observation that began before the session concluded says nothing about its result.
  if (observedFromMs < watch.sinceMs) return watch;
  if (verdict?.state !== "holds") return { ...watch, holds: 0, holdsSinceMs: nowMs };
  const holdsSinceMs = watch.holds === 0 ? nowMs : watch.holdsSinceMs;
  return { ...watch, holds: watch.holds + 1, holdsSinceMs, hasHeld: true };
}

function newWatch(stateKey: string, before: Watch | undefined, sighting: Sighting): Watch {
  const { ticket, observedFromMs, nowMs } = sighting;
  const { openedAtMs, verifyingSinceMs } = ticket;
  return {
    stateKey,
    sinceMs: Math.max(observedFromMs, onOwnClock(verifyingSinceMs ?? 0, sighting)),
    openedMs: before?.openedMs ?? onOwnClock(openedAtMs, sighting),
    ...{ holds: 0, holdsSinceMs: nowMs, hasHeld: false, wellSinceMs: null },
  };
}

/** What is stamped later than now was stamped before the wall clock was set back. */
function onOwnClock(stampedAtMs: number, { nowMs, wallMs }: Sighting): number {
  return nowMs - Math.max(0, wallMs - stampedAtMs);
}

export interface TicketView extends Sighting {
  readonly watch: Watch;
  /** Violations that began since the ticket opened, on members that its session touched. */
  readonly regressions: readonly Violation[];
}

export function decideTicket(view: TicketView): TicketDecision {
  const { ticket } = view;
  if (ticket.isHeld) return { type: "wait" };
  if (ticket.state === "verifying") return decideVerifying(view);
  if (ticket.state === "open" || ticket.state === "escalated") return decideUnattended(view);
  return { type: "wait" };
}

function decideVerifying(view: TicketView): TicketDecision {
  const { ticket, verdict, watch, regressions, nowMs } = view;
  const regression = regressions[0];
  if (hasSettled(view) && !regression) return isWell("verify", view, holdsFor(view));
  if (verdict?.state === "violated" && watch.hasHeld) {
    return { type: "refuse", reason: `violated again: ${verdict.reason}` };
  }
  const waitedMs = nowMs - watch.sinceMs;
  if (waitedMs <= 2 * ticket.settleMs + CONFIRM_GRACE_MS) return { type: "wait" };
  const found = regression && hasSettled(view) ? gotWorse(regression) : stillIs(verdict);
  return { type: "refuse", reason: `not confirmed within ${seconds(waitedMs)}: ${found}` };
}

function decideUnattended(view: TicketView): TicketDecision {
  if (!hasSettled(view)) return { type: "wait" };
  return isWell("heal", view, `${holdsFor(view)}, without a session`);
}

function isWell(
  type: "verify" | "heal",
  { watch, nowMs }: TicketView,
  reason: string,
): TicketDecision {
  return { type, reason, wellForMs: nowMs - (watch.wellSinceMs ?? nowMs) };
}

function hasSettled({ ticket, watch, nowMs }: TicketView): boolean {
  return watch.holds >= OBSERVATIONS_MIN && nowMs - watch.holdsSinceMs >= ticket.settleMs;
}

function holdsFor({ watch, nowMs }: TicketView): string {
  const lasted = seconds(nowMs - watch.holdsSinceMs);
  return `held in ${watch.holds} consecutive observations over ${lasted}`;
}

function gotWorse({ verdict }: Violation): string {
  return `it holds, but ${verdict.entity}, which was touched, got worse: ${verdict.reason}`;
}

function stillIs(verdict: Verdict | undefined): string {
  return verdict ? `${verdict.state}, ${verdict.reason}` : "it could not be observed";
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
