// Sessions as a table for people, and the words for how one stands. Pure: data to text.
import type { Session } from "../domain/session.ts";
import type { SessionSummary } from "../domain/ticket-ops.ts";
import { tableLines } from "../panels/table.ts";
import { formatDuration, formatTime } from "../panels/units.ts";

const HEADER = ["SESSION", "TICKET", "STATE", "START", "DURATION", "OUTCOME"];

export function sessionsTable(
  summaries: readonly SessionSummary[],
  nowMs: number,
): readonly string[] {
  const rows = summaries.map((summary) => [
    summary.session.id,
    `#${summary.session.ticketId}`,
    sessionState(summary),
    formatTime(summary.session.startedAtMs),
    formatDuration(sessionDurationMs(summary.session, nowMs)),
    sessionOutcome(summary) ?? "-",
  ]);
  return tableLines(HEADER, rows);
}

/** While it runs: `running`, or `verifying` when it waits for the monitor. */
export function sessionState({ session, ticket }: SessionSummary): string {
  if (session.endedAtMs !== null) return "ended";
  return ticket.state === "verifying" ? "verifying" : "running";
}

/** Until now for one that runs. */
export function sessionDurationMs({ startedAtMs, endedAtMs }: Session, nowMs: number): number {
  return Math.max(0, (endedAtMs ?? nowMs) - startedAtMs);
}

/** `fixed, verified_fix`, `gave_up`, `turn_limit`; undefined while it runs. */
export function sessionOutcome({ session, ticket }: SessionSummary): string | undefined {
  if (session.stopReason === null) return undefined;
  if (session.stopReason !== "concluded") return session.stopReason;
  if (session.purpose === "clear_up") return "cleared up";
  const said = session.conclusion?.outcome ?? "concluded";
  const isLast = ticket.sessionId === session.id;
  return isLast && ticket.resolution !== null ? `${said}, ${ticket.resolution}` : said;
}
