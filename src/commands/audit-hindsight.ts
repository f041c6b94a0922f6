// What later rows tell of a session: what became of its steps, who had answered what it used, and
// that its agent was alive when its lease had run out.
import type { AuditEvent, AuditType } from "../domain/audit.ts";
import type { Approval, JournalEntry, Session } from "../domain/session.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { numberIn, textIn } from "./audit-content.ts";

export interface StepLater {
  readonly row: number;
  readonly words: string;
}

export interface Hindsight {
  /** By the number of the step. */
  readonly laterOf: ReadonlyMap<number, StepLater>;
  /** By their numbers: those that steps were begun with, and that were taken up. */
  readonly approvals: ReadonlyMap<number, Approval>;
  /** By session: the first row after its end that its agent wrote. */
  readonly heardOf: ReadonlyMap<string, number>;
}

export interface HindsightCollector {
  /** Of the ticket, oldest first. */
  take(event: AuditEvent): void;
  hindsight(store: TicketOps, journal: readonly JournalEntry[]): Promise<Hindsight>;
}

/** Written by the agent itself, and by nobody else in its name. */
const BY_AGENT = new Set<AuditType>([
  ...(["model_replied", "model_failed", "tool_result", "step_finished", "usage_added"] as const),
]);

export function collectHindsight(sessions: readonly Session[]): HindsightCollector {
  const laterOf = new Map<number, StepLater>();
  const taken = new Set<number>();
  const heardOf = new Map<string, number>();
  const lost = new Map<string, Session>();
  return {
    take(event) {
      const { id: row, type, sessionId, content } = event;
      const later = laterOfStep(event);
      if (later) laterOf.set(...later);
      if (type === "approval_taken_up") taken.add(numberIn(content, "approvalId") ?? 0);
      for (const session of lost.values()) {
        const isOwn = sessionId === session.id && BY_AGENT.has(type);
        const isItsNext =
          type === "session_started" && textIn(content, "agentId") === session.agentId;
        if (!heardOf.has(session.id) && (isOwn || isItsNext)) heardOf.set(session.id, row);
      }
      const ended = sessions.find(({ id }) => type === "session_ended" && id === sessionId);
      if (ended?.stopReason === "lease_lost") lost.set(ended.id, ended);
    },
    async hindsight(store, journal) {
      const approvals = new Map<number, Approval>();
      const used = journal.flatMap(({ approvalId }) => (approvalId === null ? [] : [approvalId]));
      for (const id of new Set([...taken, ...used])) {
        const approval = await store.getApproval(id);
        if (approval) approvals.set(id, approval);
      }
      return { laterOf, approvals, heardOf };
    },
  };
}

/** Any session of the ticket may have written it, whoever made the step. */
export function laterOfStep({
  id: row,
  type,
  content,
}: AuditEvent): readonly [number, StepLater] | undefined {
  const { entryId, by } = content;
  const reason = textIn(content, "reason");
  if (typeof entryId !== "number") return undefined;
  switch (type) {
    case "step_settled":
      return [entryId, { row, words: `settled by looking: ${reason}` }];
    case "step_undone":
      return [entryId, { row, words: `taken back by step ${by}` }];
    case "step_kept":
      return [entryId, { row, words: `not taken back: ${reason}` }];
    default:
      return undefined;
  }
}
