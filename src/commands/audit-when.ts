// How moments are told on one ticket's page: by the clock, and by how long after the violation was
// first seen. Pure.
import type { Ticket } from "../domain/ticket.ts";
import { formatClock, formatDuration, formatTime, formatZone } from "../panels/units.ts";

/** `14:05:09 +1.9 s`; with its date on another day than that of the beginning. */
export function when({ violatedSinceMs }: Ticket, atMs: number): string {
  return `${clockBeside(violatedSinceMs, atMs)} ${offset(atMs - violatedSinceMs)}`;
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
