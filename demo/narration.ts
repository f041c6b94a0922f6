// Pure: what a demo says of a ticket, of the ledger, and at the end.
import type { LoadLedger } from "../src/domain/load.ts";
import type { Ticket } from "../src/domain/ticket.ts";
import { formatDuration } from "../src/panels/units.ts";
import type { DemoEvent } from "./events.ts";
import { loadLineText } from "./load-lines.ts";
import { resolutionOf } from "./outcome.ts";

export function detectionStep(ticket: Ticket | undefined, injectedAtMs: number): DemoEvent {
  if (!ticket) return { type: "step", step: "unresolved", text: "the fault was not detected" };
  const after = formatDuration(ticket.openedAtMs - injectedAtMs);
  const text = `detected after ${after}: ticket #${ticket.id}, ${ticket.reason}`;
  return { type: "step", step: "detected", text };
}

export function endStep(ticket: Ticket, injectedAtMs: number): DemoEvent {
  const end = resolutionOf(ticket);
  if (ticket.resolvedAtMs === null) {
    const text = `ticket #${ticket.id} is ${end}: ${ticket.note ?? ticket.reason}`;
    return { type: "step", step: "unresolved", text };
  }
  const after = formatDuration(ticket.resolvedAtMs - injectedAtMs);
  const text = `ticket #${ticket.id} resolved as ${end} after ${after}`;
  return { type: "step", step: "resolved", text };
}

export function ledgerStep(ledger: LoadLedger | undefined): DemoEvent {
  const text = ledger ? loadLineText(ledger) : "the ledger of the load could not be checked";
  return { type: "step", step: "ledger", text };
}

export function keptStep(subject: string, home: string): DemoEvent {
  return { type: "step", step: "kept", text: keptText(subject, home) };
}

/** To be copied from a terminal. */
export function keptLines(subject: string, home: string): readonly string[] {
  const command = (verb: string) => `  OPERATOR_HOME=${home} operator subject ${verb} ${subject}`;
  return [`${subject} stays up. To look at it, and to end it:`, command("status"), command("down")];
}

function keptText(subject: string, home: string): string {
  const command = (verb: string) => `OPERATOR_HOME=${home} operator subject ${verb} ${subject}`;
  return `${subject} stays up. To look: ${command("status")}; to end it: ${command("down")}`;
}
