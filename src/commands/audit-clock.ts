// What a ticket's rows show of the clock that stamped them. All that they have is the wall clock's
// word: where that cannot be trusted, no duration is made of it. Pure.
import type { AuditEvent, AuditType } from "../domain/audit.ts";
import type { Ticket } from "../domain/ticket.ts";
import { formatDuration } from "../panels/units.ts";
import { textIn } from "./audit-content.ts";

/** Longer than anything that a session does between two rows, but to wait for a person. */
const SILENT_MS = 60 * 60_000;
const ASKED: readonly AuditType[] = ["approval_requested", "approval_taken_up"];

const HAD: readonly string[] = ["claimed", "verifying"];

export type ClockDoubt =
  /** The first row that is stamped earlier than the one before it. */
  | { readonly type: "set_back"; readonly row: number }
  /** Somebody had the ticket, and nothing is on record for so long. */
  | {
      readonly type: "silent";
      readonly fromRow: number;
      readonly toRow: number;
      readonly ms: number;
    };

export interface ClockCollector {
  /** Of the ticket, oldest first. */
  take(event: AuditEvent): void;
  doubt(): ClockDoubt | undefined;
}

export function collectClock({ violatedSinceMs }: Ticket): ClockCollector {
  let last = { id: 0, atMs: violatedSinceMs };
  let isHad = false;
  let isAsking = false;
  let setBack: ClockDoubt | undefined;
  let silent: ClockDoubt | undefined;
  return {
    take({ id, atMs, type, content }) {
      const ms = atMs - last.atMs;
      if (ms < 0) setBack ??= { type: "set_back", row: id };
      const isSilent = isHad && !isAsking && ms > SILENT_MS;
      if (isSilent) silent ??= { type: "silent", fromRow: last.id, toRow: id, ms };
      last = { id, atMs };
      if (type === "ticket_moved") isHad = HAD.includes(textIn(content, "to"));
      isAsking = ASKED.includes(type);
    },
    doubt: () => setBack ?? silent,
  };
}

export function doubtWords(doubt: ClockDoubt): string {
  if (doubt.type === "set_back") {
    return `the clock was set back meanwhile (row ${doubt.row}): what was before it was later`;
  }
  const { fromRow, toRow, ms } = doubt;
  const between = `nothing is on record from row ${fromRow} to row ${toRow}`;
  return `${between}, ${formatDuration(ms)} by the clock, which may have been set`;
}
