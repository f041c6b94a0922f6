// Runs the agent's loop again over one recorded session, offline, and says whether it came to the
// same questions, rows and end.
import type { AgentOptions } from "../agent/context.ts";
import { classifyCommand } from "../agent/guard/classify-command.ts";
import { workOn } from "../agent/session.ts";
import type { AuditEvent } from "../domain/audit.ts";
import type { Session } from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import { differenceLines } from "./difference.ts";
import { Player } from "./player.ts";
import { readRecord } from "./read-record.ts";
import { replayAgent, replayLease } from "./replay-ports.ts";
import { missingRow } from "./stored-rows.ts";
import { trusted } from "./trusted.ts";

export type Replay =
  | {
      readonly state: "same";
      /** Questions that the loop asked and that were answered. */
      readonly questions: number;
      /** Audit rows that it wrote again, as they stand. */
      readonly rows: number;
      /** False when the agent ended before its record did: it is the same as far as that goes. */
      readonly isWhole: boolean;
      /** False for an older record, whose commands the guard did not read again. */
      readonly isReadAnew: boolean;
    }
  | {
      readonly state: "different";
      readonly where: string;
      /** As a diff: `-` was recorded, `+` came of the replay. */
      readonly diff: readonly string[];
      /** The version of operator; null where that was not written down yet. */
      readonly recordedBy: string | null;
    }
  | { readonly state: "unrecorded"; readonly reason: string };

/**
 * `events` are those of one session, oldest first. Touches nothing but them. Each command line is
 * read anew by `classify`, which is the guard's.
 */
export async function replaySession(
  events: readonly AuditEvent[],
  classify: AgentOptions["classify"] = classifyCommand,
): Promise<Replay> {
  const record = readRecord(events);
  if ("reason" in record) return { state: "unrecorded", reason: record.reason };
  const player = new Player(record);
  await player.play(
    workOn({
      agent: replayAgent(record, { player, classify }),
      lease: replayLease(player),
      ticket: trusted<Ticket>(record.head.ticket),
      session: trusted<Session>(record.head.session),
    }),
  );
  const { questions } = player;
  const difference = player.difference ?? missingRow(events, record);
  if (difference) {
    const diff = differenceLines(difference);
    const recordedBy = trusted<string | null>(record.head.settings.version ?? null);
    return { state: "different", where: difference.where, diff, recordedBy };
  }
  const rows = record.questions.get("appendAudit")?.length ?? 0;
  const { isWhole, head } = record;
  return { state: "same", questions, rows, isWhole, isReadAnew: head.version !== 2 };
}
