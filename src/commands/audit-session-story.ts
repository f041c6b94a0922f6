// What the audit tells of one session, event by event: what it saw, did and concluded, each with
// the row that says so. The first and the last of what there is much of.
import { type AuditEvent, compactedHash } from "../domain/audit.ts";
import type { JsonObject } from "../domain/json.ts";
import { personWords } from "../domain/person.ts";
import type { Approval, JournalEntry, Session } from "../domain/session.ts";
import { type CallKind, type CallStory, collectCalls } from "./audit-calls.ts";
import { byIn, decisionIn, numberIn, objectIn, textIn } from "./audit-content.ts";
import type { Hindsight, StepLater } from "./audit-hindsight.ts";
import { operationWords } from "./audit-operation.ts";
import { wholeTime } from "./audit-when.ts";
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
  /** Undefined when none of its rows is on record. */
  readonly firstRow: number | undefined;
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
  /** The first row that its agent wrote after it: it was not dead when its lease ran out. */
  readonly heardRow: number | undefined;
}

export interface ApprovalStory extends Said {
  readonly approvalId: number | undefined;
  /** ` by anna (uid 1000) at …`, of a word that was given; else empty. */
  readonly by: string;
  /** It had been asked, and maybe answered, before. */
  readonly isTakenUp: boolean;
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
  /** That let it pass, whichever ticket it was asked for. */
  readonly approval: Approval | undefined;
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

export interface SessionTeller {
  /** Of the session, oldest first. */
  take(event: AuditEvent): void;
  tell(journal: readonly JournalEntry[], hindsight: Hindsight): SessionStory;
}

export function createTeller(which: Pick<SessionStory, "session" | "attempt">): SessionTeller {
  const calls = collectCalls(CALLS_HALF);
  const conclusions = collectEnds<ConclusionStory>(SAID_HALF);
  const refusals = collectEnds<Said>(SAID_HALF);
  const approvals = collectEnds<ApprovalStory>(SAID_HALF);
  const rowOfStep = new Map<JournalEntry["id"], Pick<Said, "row" | "atMs">>();
  let firstRow: number | undefined;
  let compactedEvents = 0;
  let end: Omit<EndStory, "heardRow"> | undefined;
  let moved = "";
  return {
    take(event) {
      const { id: row, atMs, type, content } = event;
      firstRow ??= row;
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
        const isTakenUp = type === "approval_taken_up";
        approvals.add({ row, atMs, reason: words, approvalId, by: byIn(content), isTakenUp });
      }
      if (type === "step_begun" || type === "step_finished") {
        const { entryId } = content;
        if (typeof entryId === "number") rowOfStep.set(entryId, { row, atMs });
      }
    },
    tell(journal, { laterOf, approvals: granted, heardOf }) {
      const { calls: told, counts } = calls.collected();
      const changes = endsOf(journal, SAID_HALF);
      const lists = [told, conclusions.ends(), refusals.ends(), approvals.ends(), changes];
      return {
        ...which,
        firstRow,
        calls: told.items,
        callCounts: counts,
        compactedEvents,
        omitted: lists.reduce((sum, { omitted }) => sum + omitted, 0),
        conclusions: conclusions.ends().items,
        refusals: refusals.ends().items,
        approvals: approvals.ends().items.map((said) => withWhose(said, granted)),
        changes: changes.items.map((entry) => ({
          ...{ entry, row: undefined, atMs: entry.startedAtMs, ...rowOfStep.get(entry.id) },
          later: laterOf.get(entry.id),
          approval: granted.get(entry.approvalId ?? 0),
        })),
        end: end && { ...end, heardRow: heardOf.get(which.session.id) },
      };
    },
  };
}

/** What was answered before tells here who did, and for what it was asked. */
function withWhose(said: ApprovalStory, granted: Hindsight["approvals"]): ApprovalStory {
  const approval = said.isTakenUp ? granted.get(said.approvalId ?? 0) : undefined;
  if (!approval) return said;
  return { ...said, reason: `${said.reason}${answeredWords(approval)}` };
}

/** ` for ticket #1 by anna (uid 1000) at …` */
function answeredWords({ decidedBy, decidedAtMs, ticketId }: Approval): string {
  const by = decidedBy === null ? "" : ` by ${personWords(decidedBy)}`;
  const when = decidedAtMs === null ? "" : `, ${wholeTime(decidedAtMs)}`;
  return ` for ticket #${ticketId}${by}${when}`;
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
