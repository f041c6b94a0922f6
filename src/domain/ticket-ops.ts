// Port: where tickets, sessions, audit, journal and approvals live. `TicketOpsDB` is the embedded
// one. Every method rejects with OperatorError code "database" when the store fails, and with
// "conflict" when a guarded move finds another state than it needs. Each call is one transaction,
// audit included.
import type { AuditEvent, AuditInput, CheckedEvents, EventFilter } from "./audit.ts";
import type { Effect } from "./effect.ts";
import type { JsonObject } from "./json.ts";
import type { SeenState } from "./seen-state.ts";
import type {
  Approval,
  ApprovalFilter,
  Conclusion,
  Decision,
  JournalEntry,
  RecentWork,
  SafetyMode,
  Session,
  StopReason,
  Usage,
} from "./session.ts";
import type { BesideTicket, Ticket, TicketState } from "./ticket.ts";
import type { Undo } from "./undo.ts";
import type { Verdict } from "./verdict.ts";

/** What the monitor uses. */
export interface TicketLedger {
  /**
   * Opens a ticket for a firing violation, or counts one more occurrence on the live one with its
   * fingerprint, refreshing reason and last-violated time. Idempotent per fingerprint.
   */
  recordViolations(violations: readonly FiringViolation[]): Promise<readonly RecordedViolation[]>;
  /** Live tickets of one subject, oldest first. */
  liveTickets(subject: string): Promise<readonly Ticket[]>;
  /**
   * verifying -> resolved. `verified_fix` when its session changed something, else `self_healed`.
   * This and the two below give undefined when the ticket has moved on, or is held: no error, for
   * another monitor, an agent or a person may be quicker. `wellForMs`: for how long every look has
   * seen it well, while somebody had it, too.
   */
  verifyTicket(ticketId: number, reason: string, wellForMs?: number): Promise<Ticket | undefined>;
  /** verifying -> claimed, the lease kept; the reason is the session's next input. */
  refuseTicket(ticketId: number, reason: string): Promise<Ticket | undefined>;
  /** open, escalated -> resolved (self_healed). */
  healTicket(ticketId: number, reason: string, wellForMs?: number): Promise<Ticket | undefined>;
  /**
   * Frees every claimed or verifying ticket whose lease has expired: back to open with a backoff,
   * or to escalated when its attempts are used up. Ends their sessions as `lease_lost`.
   */
  expireLeases(): Promise<readonly Ticket[]>;
  /** Members that the ticket's present session has touched, from its journal. */
  touchedBy(sessionId: string): Promise<readonly string[]>;
}

export interface FiringViolation {
  readonly verdict: Verdict;
  /** By the wall clock. */
  readonly sinceMs: number;
}

export interface RecordedViolation {
  readonly ticketId: number;
  readonly isNew: boolean;
}

/** What the agent uses. */
export interface WorkQueue {
  /**
   * Claims the most severe, then oldest, claimable ticket in one atomic statement, and starts its
   * session: attempt + 1. Where there is none: an escalated one, to clear up what was left of it.
   * Undefined when there is nothing to do. Held tickets are passed over.
   */
  claim(request: ClaimRequest): Promise<{ ticket: Ticket; session: Session } | undefined>;
  /** Extends the lease. False when it is no longer this agent's: the session must stop. */
  renewLease(sessionId: string, leaseMs: number): Promise<boolean>;
  getTicket(ticketId: number): Promise<Ticket | undefined>;
  /** Sessions before this one on the same ticket, oldest first. */
  sessionsOf(ticketId: number): Promise<readonly Session[]>;
  journalOf(sessionId: string): Promise<readonly JournalEntry[]>;
  /**
   * Steps on the subject that began since then or are under way, and all of the ticket; oldest
   * first, the last 1,000. And what people are at.
   */
  recentSteps(query: RecentStepsQuery): Promise<RecentWork>;
  appendAudit(event: AuditInput): Promise<AuditEvent>;
  addUsage(sessionId: string, turns: number, usage: Usage): Promise<void>;
  /**
   * Writes the intent of a mutating step. Rejects with "conflict" when the lease is lost, or when
   * the step that it undoes is not there to be undone.
   */
  beginStep(step: StepIntent): Promise<number>;
  /**
   * `changed` counts the step as one that may have changed the subject. A step that undoes another
   * and is done leaves that one undone.
   */
  finishStep(entryId: number, outcome: StepOutcome): Promise<void>;
  /** Subjects, or this one, with interrupted steps that no session is going to look after. */
  unattendedSubjects(subject?: string): Promise<readonly string[]>;
  /** Steps on the subject that are `intended` in sessions that have ended; oldest first. */
  interruptedSteps(subject: string): Promise<readonly JournalEntry[]>;
  /**
   * What looking has shown of an interrupted step. False, and nothing changes, when somebody else
   * has settled it, or its session has not ended.
   */
  settleStep(entryId: number, settlement: StepSettlement): Promise<boolean>;
  /** claimed -> verifying. */
  concludeTicket(sessionId: string, conclusion: Conclusion): Promise<Ticket>;
  /**
   * claimed, verifying -> escalated, and the session ends. Written once: a second end is a no-op.
   */
  escalateTicket(sessionId: string, end: SessionEnd): Promise<void>;
  /**
   * claimed, verifying -> open (or escalated: attempts used up, or to clear up), and the session
   * ends.
   */
  releaseTicket(sessionId: string, end: SessionEnd): Promise<void>;
  /** Ends the session whose ticket has been resolved, or is no longer its own. */
  endSession(sessionId: string, end: SessionEnd): Promise<void>;
  /**
   * Asks a person; or finds what was asked or answered for the same operation on the same subject
   * in the same state, by a session that ended before it heard the answer. What was asked in
   * another state becomes void.
   */
  requestApproval(request: ApprovalRequest): Promise<Approval>;
  getApproval(approvalId: number): Promise<Approval | undefined>;
  /** What a new session's `requestApproval` could find: oldest first, the last 10. */
  unheardApprovals(subject: string): Promise<readonly Approval[]>;
  /**
   * approved -> used; false when it is anything else, or given for another operation or state, or
   * the session no longer has the ticket: an approval is spent once.
   */
  useApproval(approvalId: number, use: ApprovalUse): Promise<boolean>;
  /** pending, approved -> void. Of any other it changes nothing. */
  voidApproval(approvalId: number, why: string): Promise<void>;
}

export interface ClaimRequest {
  readonly agentId: string;
  readonly leaseMs: number;
  readonly model: string;
  readonly mode: SafetyMode;
  /** Only tickets of this subject; any when absent. */
  readonly subject?: string;
}

export interface RecentStepsQuery {
  readonly subject: string;
  readonly sinceMs: number;
  /** Absent: those of no ticket in particular. */
  readonly ticketId?: number | undefined;
}

export interface StepIntent {
  readonly sessionId: string;
  readonly kind: "shell" | "act";
  readonly operation: JsonObject;
  readonly targets: readonly string[];
  readonly precondition?: JsonObject;
  readonly effects?: readonly Effect[];
  readonly undo?: Undo;
  readonly approvalId?: number;
  /** The step of the same ticket that it takes back. */
  readonly undoes?: number;
}

export interface StepSettlement {
  /** The session that looked; null of an agent that has none. */
  readonly sessionId: string | null;
  /** Who looked, where no session says so. */
  readonly agentId?: string;
  readonly state: "took_effect" | "had_no_effect" | "unknown";
  readonly reason: string;
}

export interface StepOutcome {
  readonly state: "done" | "failed";
  readonly result: string;
  readonly changed: boolean;
}

export interface SessionEnd {
  readonly stopReason: StopReason;
  readonly detail: string;
  readonly conclusion?: Conclusion;
  /** It did not come to look after all that it, or one before it, has changed. */
  readonly isUnfinished?: true;
}

export interface ApprovalRequest {
  readonly sessionId: string;
  readonly operation: JsonObject;
  readonly reason: string;
  readonly expiresInMs: number;
  readonly effects: readonly Effect[];
  /** How it would be taken back; null when nobody knows. */
  readonly undo: string | null;
  readonly seen: SeenState;
}

export interface ApprovalUse {
  readonly sessionId: string;
  readonly operationHash: string;
  /** As the subject is seen now. */
  readonly seen: SeenState;
}

/** What people use, through the reading and deciding commands. */
export interface TicketDesk {
  listTickets(filter: TicketFilter): Promise<readonly Ticket[]>;
  getTicket(ticketId: number): Promise<Ticket | undefined>;
  /** any live -> resolved (manual). */
  resolveTicket(ticketId: number, reason: string): Promise<Ticket>;
  setHeld(ticketId: number, isHeld: boolean): Promise<Ticket>;
  /** escalated -> open, attempts back to 0. */
  retryTicket(ticketId: number): Promise<Ticket>;
  listSessions(filter: { readonly limit: number }): Promise<readonly SessionSummary[]>;
  /** Accepts a unique prefix of the id. */
  findSession(idPrefix: string): Promise<Session | undefined>;
  eventsOf(filter: EventFilter): Promise<readonly AuditEvent[]>;
  /** All of a session, oldest first, where the chain fits from the first of them to its head. */
  checkedEventsOf(sessionId: string): Promise<CheckedEvents>;
  /**
   * Recomputes the chain from the first row, and holds every other row against it. Of a ticket no
   * more than its own rows, unless one of them looks altered.
   */
  verifyAudit(ticketId?: number): Promise<AuditVerification>;
  /**
   * Removes the content of old events, as many as make a short transaction, which adds one event
   * that tells of them. Only of what was said and seen by sessions of tickets that were resolved
   * before the cutoff. Rejects with "conflict" at an event that is not as it was written.
   */
  compactAudit(request: CompactionRequest): Promise<Compaction>;
  /** What the same call of `compactAudit` would remove. */
  planCompaction(request: CompactionRequest): Promise<Compaction>;
  /** Gives unused pages of the file back, as many as make a short transaction. */
  shrinkFile(): Promise<Shrinking>;
  listApprovals(filter: ApprovalFilter): Promise<readonly Approval[]>;
  /** Once: code "conflict" unless it is pending. `words` are for the model. */
  decideApproval(approvalId: number, decision: Decision, words?: string): Promise<Approval>;
}

export interface TicketFilter {
  readonly states?: readonly TicketState[];
  readonly subject?: string;
  /** Only others of its subject that were open beside it. Nothing else is then asked for. */
  readonly beside?: BesideTicket;
  /** Newest first, at most this many. */
  readonly limit: number;
}

export interface SessionSummary {
  readonly session: Session;
  readonly ticket: Ticket;
}

export interface CompactionRequest {
  readonly cutoffMs: number;
  /** Where the call before ended; 0 at first. */
  readonly afterId: number;
}

export interface Compaction {
  /** How far it looked; undefined when there is nothing more. */
  readonly lastId: number | undefined;
  readonly events: number;
  /** Of content that is removed; what stands in its place is taken off. */
  readonly bytes: number;
  /** Events of the first version: their hashes need their content. */
  readonly kept: number;
}

export interface Shrinking {
  /** That can still be given back by further calls. */
  readonly freePages: number;
  /** Files that were made before the first version with compaction only reuse free pages. */
  readonly canShrink: boolean;
}

export type AuditVerification =
  | {
      readonly state: "intact";
      readonly rows: number;
      /** Of those, whose content was removed by age. */
      readonly compacted: number;
      readonly head: string;
      /** Of the file, for people: what was not looked at, and who else wrote to it. */
      readonly notes: readonly string[];
    }
  | {
      readonly state: "broken";
      readonly rows: number;
      /** The first row that is not as it was written: `event 5`, `ticket 3`, `step 4`, `head`. */
      readonly row: string;
      /** Of an event; null where the row is none. */
      readonly firstBadId: number | null;
      readonly reason: string;
    };

export interface TicketOps extends TicketLedger, WorkQueue, TicketDesk, Disposable {}
