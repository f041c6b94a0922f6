// The store as a session used it. Nothing is written: what would be is compared with the record.
import { toJson } from "../agent/recording/entries.ts";
import type { AuditEvent, AuditInput } from "../domain/audit.ts";
import { OperatorError } from "../domain/errors.ts";
import type { RecentWork } from "../domain/session.ts";
import type { WorkQueue } from "../domain/ticket-ops.ts";
import type { Player } from "./player.ts";
import type { SessionRecord } from "./read-record.ts";
import { trusted } from "./trusted.ts";

export function replayQueue(record: SessionRecord, player: Player): WorkQueue {
  const ask = async <T>(kind: keyof WorkQueue, question: unknown): Promise<T> =>
    trusted<T>(await player.asked(kind, toJson(question)));
  const tell = async (kind: keyof WorkQueue, question: unknown): Promise<void> => {
    await player.asked(kind, toJson(question));
  };
  const playing: Playing = { record, player, rows: 0 };
  return {
    claim: () => Promise.reject(notOfASession()),
    renewLease: () => Promise.reject(notOfASession()),
    unattendedSubjects: () => Promise.reject(notOfASession()),
    getTicket: async (ticketId) => (await ask("getTicket", ticketId)) ?? undefined,
    sessionsOf: (ticketId) => ask("sessionsOf", ticketId),
    journalOf: (sessionId) => ask("journalOf", sessionId),
    recentSteps: async (query) => {
      const known = await ask<RecentWork | RecentWork["steps"]>("recentSteps", query);
      // A record that was made before people's holds counted.
      return "steps" in known ? known : { steps: known, held: [] };
    },
    appendAudit: (event) => appendAudit(event, playing),
    addUsage: (_, turns, usage) => tell("addUsage", { turns, usage }),
    beginStep: (step) => ask("beginStep", step),
    finishStep: (entryId, outcome) => tell("finishStep", { entryId, ...outcome }),
    interruptedSteps: (subject) => ask("interruptedSteps", subject),
    settleStep: (entryId, settlement) => ask("settleStep", { entryId, ...settlement }),
    concludeTicket: (_, conclusion) => ask("concludeTicket", conclusion),
    escalateTicket: (_, end) => tell("escalateTicket", end),
    releaseTicket: (_, end) => tell("releaseTicket", end),
    endSession: (_, end) => tell("endSession", end),
    requestApproval: (request) => ask("requestApproval", request),
    getApproval: async (approvalId) => (await ask("getApproval", approvalId)) ?? undefined,
    unheardApprovals: (subject) => ask("unheardApprovals", subject),
    useApproval: (approvalId, use) => ask("useApproval", { approvalId, ...use }),
    voidApproval: (approvalId, why) => tell("voidApproval", { approvalId, why }),
  };
}

/** The row that it became must hold the same, byte for byte. */
async function appendAudit(input: AuditInput, playing: Playing): Promise<AuditEvent> {
  const { record, player } = playing;
  const row = record.written[playing.rows];
  playing.rows += 1;
  const where = row ? `audit row ${row.id}` : `audit row ${playing.rows} of the session`;
  if (row || record.isWhole) {
    player.compare(where, row ? toJson(pick(row)) : null, toJson(pick(input)));
  }
  const id = trusted<number>(await player.asked("appendAudit", input.type));
  return { ...pick(input), id, atMs: 0, previousHash: "", hash: "" };
}

interface Playing {
  readonly record: SessionRecord;
  readonly player: Player;
  /** Written so far. */
  rows: number;
}

function pick({ type, ticketId, sessionId, content }: AuditInput): AuditInput {
  return { type, ticketId, sessionId, content };
}

function notOfASession(): OperatorError {
  return new OperatorError("conflict", "a replay claims nothing");
}
