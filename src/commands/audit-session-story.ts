// What the audit tells of one session, event by event: what it saw, did and concluded, each with
// the row that says so. The first and the last of what there is much of.
import { type AuditEvent, compactedHash } from "../domain/audit.ts";
import type { JsonObject } from "../domain/json.ts";
import type { JournalEntry, Session } from "../domain/session.ts";
import { type CallKind, type CallStory, collectCalls } from "./audit-calls.ts";
import { byIn, decisionIn, numberIn, objectIn, textIn } from "./audit-content.ts";
import { operationWords } from "./audit-operation.ts";
import { collectEnds, endsOf } from "./ends-of.ts";

/** Kept of the first, and of the last. */
const CALLS_HALF = 20;
const SAID_HALF = 10;

/** A thing that was said, and the row that says so. */
export interface Said {
  readonly row: number;
  readonly atMs: number;
  readonly reason: string;
}

export interface SessionStory {
  readonly session: Session;
  /** From 1: which of the ticket's sessions it is. */
  readonly attempt: number;
  /** The first and the last, as of all lists here. */
  readonly calls: readonly CallStory[];
  /** Of all calls. */
  readonly callCounts: Readonly<Record<CallKind, number>>;
  /** Whose content was removed by age. */
  readonly compactedEvents: number;
  /** Of all lists here, what lies between the first and the last. */
  readonly omitted: number;
  readonly conclusions: readonly ConclusionStory[];
  /** Why the monitor did not believe it. */
  readonly refusals: readonly Said[];
  /** What persons were asked, and what they said. */
  readonly approvals: readonly ApprovalStory[];
  readonly changes: readonly ChangeStory[];
  /** Undefined while it runs. */
  readonly end: EndStory | undefined;
}

/** How it ended, and where its ticket went with that. */
export interface EndStory extends Said {
  /** Of the ticket's move: `escalate`, `release`; empty where it had moved on before. */
  readonly event: string;
}

export interface ApprovalStory extends Said {
  readonly approvalId: number | undefined;
  /** ` by anna (uid 1000) at …`, of a word that was given; else empty. */
  readonly by: string;
}

/** A step that may have changed the subject. */
export interface ChangeStory {
  readonly entry: JournalEntry;
  /** Of its end, else of its beginning; undefined where an older version made it. */
  readonly row: number | undefined;
  /** When that row was written. */
  readonly atMs: number;
  /** What a later row says of it: it was settled, taken back, or why it was not. */
  readonly later: StepLater | undefined;
}

export interface StepLater {
  readonly row: number;
  readonly words: string;
}

export interface ConclusionStory {
  readonly row: number;
  readonly atMs: number;
  readonly outcome: string;
  readonly rootCause: string;
  readonly summary: string;
  /** Rows of results that the model named; the last results before it where it named none. */
  readonly evidence: readonly number[];
  readonly isEvidenceNamed: boolean;
  /** Of those that it named: rows of other tickets, and numbers that no row has. */
  readonly foreign: readonly number[];
  readonly missing: readonly number[];
}

/** By the number of the step. */
export type LaterOfSteps = ReadonlyMap<number, StepLater>;

export interface SessionTeller {
  /** Of the session, oldest first. */
  take(event: AuditEvent): void;
  tell(journal: readonly JournalEntry[], laterOf: LaterOfSteps): SessionStory;
}

export function createTeller(which: Pick<SessionStory, "session" | "attempt">): SessionTeller {
  const calls = collectCalls(CALLS_HALF);
  const conclusions = collectEnds<ConclusionStory>(SAID_HALF);
  const refusals = collectEnds<Said>(SAID_HALF);
  const approvals = collectEnds<ApprovalStory>(SAID_HALF);
  const rowOfStep = new Map<JournalEntry["id"], Pick<Said, "row" | "atMs">>();
  let compactedEvents = 0;
  let end: EndStory | undefined;
  let moved = "";
  return {
    take(event) {
      const { id: row, atMs, type, content } = event;
      calls.take(event);
      if (compactedHash(content) !== undefined) compactedEvents += 1;
      if (type === "session_concluded") conclusions.add(conclusionStory(event, calls.seen()));
      const reason = textIn(content, "reason");
      if (type === "ticket_moved") moved = textIn(content, "event");
      if (type === "session_ended") {
        end = { row, atMs, reason: textIn(content, "detail"), event: moved };
      }
      if (type === "verification_refused") refusals.add({ row, atMs, reason });
      const words = approvalWords(event);
      if (words !== undefined) {
        const approvalId = numberIn(content, "approvalId");
        approvals.add({ row, atMs, reason: words, approvalId, by: byIn(content) });
      }
      if (type === "step_begun" || type === "step_finished") {
        const { entryId } = content;
        if (typeof entryId === "number") rowOfStep.set(entryId, { row, atMs });
      }
    },
    tell(journal, laterOf) {
      const { calls: told, counts } = calls.collected();
      const changes = endsOf(journal, SAID_HALF);
      const lists = [told, conclusions.ends(), refusals.ends(), approvals.ends(), changes];
      return {
        ...which,
        calls: told.items,
        callCounts: counts,
        compactedEvents,
        omitted: lists.reduce((sum, { omitted }) => sum + omitted, 0),
        conclusions: conclusions.ends().items,
        refusals: refusals.ends().items,
        approvals: approvals.ends().items,
        changes: changes.items.map((entry) => ({
          ...{ entry, row: undefined, atMs: entry.startedAtMs, ...rowOfStep.get(entry.id) },
          later: laterOf.get(entry.id),
        })),
        end,
      };
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

/** What was asked of a person, and what became of it; undefined of what else happened. */
function approvalWords({ type, content }: AuditEvent): string | undefined {
  const what = `approval #${numberIn(content, "approvalId") ?? "?"}`;
  const reason = textIn(content, "reason");
  switch (type) {
    case "approval_requested":
      return askedWords(what, content);
    case "approval_taken_up":
      return `${what}, which an earlier session had asked for, was ${textIn(content, "state")}`;
    case "approval_decided":
      return `a person's word on ${what}: ${decisionIn(content)}`;
    case "approval_voided":
      return `${what} is void: ${reason}`;
    default:
      return undefined;
  }
}

function askedWords(what: string, content: JsonObject): string {
  const operation = operationWords(objectIn(content, "operation"));
  return `a person was asked, ${what}: ${operation}: ${textIn(content, "reason")}`;
}

function conclusionStory(event: AuditEvent, seen: readonly number[]): ConclusionStory {
  const { id, atMs, content } = event;
  const conclusion = content.conclusion;
  const said = isObject(conclusion) ? conclusion : {};
  const named = numbersIn(said.evidence);
  return {
    ...{ row: id, atMs },
    outcome: textIn(said, "outcome"),
    rootCause: textIn(said, "rootCause"),
    summary: textIn(said, "summary"),
    evidence: named.length > 0 ? named : seen,
    isEvidenceNamed: named.length > 0,
    foreign: [],
    missing: [],
  };
}

function numbersIn(value: JsonObject[string]): readonly number[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "number") : [];
}

function isObject(value: JsonObject[string]): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
