// How moments are told on one ticket's page: by the clock, and by how long after the violation was
// first seen. Pure.
import type { Ticket } from "../domain/ticket.ts";
import { formatClock, formatDuration, formatTime, formatZone } from "../panels/units.ts";

/** `14:05:09 +1.9 s`; with its date on another day than that of the beginning. */
export function when({ violatedSinceMs }: Ticket, atMs: number): string {
  return `${clockBeside(violatedSinceMs, atMs)} ${offset(atMs - violatedSinceMs)}`;
}

export interface End {
  /** When it was closed: it may have waited for who had it. */
  readonly closedAtMs: number;
  /** From then on each look has seen it well; it may have been so before. */
  readonly wellSinceMs: number;
  /** For how long it was broken, at most. */
  readonly brokenMs: number;
}

/** Of a ticket that the monitor closed; undefined of any other. */
export function endOf(ticket: Ticket, wellForMs: number | undefined): End | undefined {
  const { resolution, resolvedAtMs, lastViolatedAtMs, violatedSinceMs } = ticket;
  if (resolvedAtMs === null || resolution === "manual") return undefined;
  const wellSinceMs = Math.max(resolvedAtMs - (wellForMs ?? 0), lastViolatedAtMs);
  const brokenMs = Math.max(0, wellSinceMs - violatedSinceMs);
  return { closedAtMs: resolvedAtMs, wellSinceMs, brokenMs };
}

/** `2026-03-01 14:05:04 UTC+01:00`. */
export function wholeTime(atMs: number): string {
  return `${formatTime(atMs)} ${formatZone(atMs)}`;
}

/** `14:05:09`; with its date on another day than the other moment. */
export function clockBeside(otherMs: number, atMs: number): string {
  const isSameDay = new Date(otherMs).toDateString() === new Date(atMs).toDateString();
  return isSameDay ? formatClock(atMs) : formatTime(atMs);
}

/** A clock that was set back makes it negative. */
function offset(ms: number): string {
  return `${ms < 0 ? "-" : "+"}${formatDuration(Math.abs(ms))}`;
}
