// TicketOpsDB: tickets, sessions, audit, journal and approvals in one SQLite file, shared by all
// processes of the operator. Each method is one transaction; what it does is in the modules beside.
import type { Database } from "bun:sqlite";
import type {
  AuditEvent,
  AuditInput,
  AuditType,
  CheckedEvents,
  EventFilter,
} from "../domain/audit.ts";
import type { Clock } from "../domain/clock.ts";
import type {
  Approval,
  ApprovalFilter,
  Conclusion,
  Decision,
  JournalEntry,
  RecentWork,
  Session,
  Usage,
} from "../domain/session.ts";
import type { Ticket } from "../domain/ticket.ts";
import type {
  ApprovalRequest,
  ApprovalUse,
  AuditVerification,
  ClaimRequest,
  Compaction,
  CompactionRequest,
  FiringViolation,
  RecentStepsQuery,
  RecordedViolation,
  SessionEnd,
  SessionSummary,
  Shrinking,
  StepIntent,
  StepOutcome,
  StepSettlement,
  TicketFilter,
  TicketOps,
} from "../domain/ticket-ops.ts";
import * as approvals from "./approvals.ts";
import * as audit from "./audit-chain.ts";
import { verifyAudit } from "./audit-verify.ts";
import { checkedEventsOf } from "./checked-events.ts";
import * as claims from "./claims.ts";
import * as compaction from "./compaction.ts";
import { Connection } from "./connection.ts";
import * as desk from "./desk.ts";
import * as interrupted from "./interrupted-steps.ts";
import * as journal from "./journal.ts";
import { BUSY_TIMEOUT_MS, type DatabaseOptions } from "./open-database.ts";
import * as work from "./session-work.ts";
import * as sessions from "./sessions.ts";
import * as tickets from "./tickets.ts";
import {
  type CommitWatcher,
  DEFAULT_RULES,
  inReadTransaction,
  type StoreCall,
  type StoreRules,
} from "./transaction.ts";
import type { MonitorMoved } from "./verification.ts";
import * as verification from "./verification.ts";

export interface TicketOpsOptions
  extends Partial<StoreRules>,
    Omit<DatabaseOptions, "busyTimeoutMs"> {
  readonly clock: Clock;
  readonly busyTimeoutMs?: number;
}

export class TicketOpsDB implements TicketOps {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #onCommit: CommitWatcher | undefined;
  readonly #rules: StoreRules;

  private constructor(options: TicketOpsOptions) {
    const { clock, onCommit, path, busyTimeoutMs = BUSY_TIMEOUT_MS, ...others } = options;
    const { sizeBytesMax, isExpected, isCopyEnough, isReading, isLeftAtRest, ...rules } = others;
    const bounds = { busyTimeoutMs, sizeBytesMax, isExpected, isCopyEnough };
    this.#connection = new Connection({ path, ...bounds, isReading, isLeftAtRest, onCommit });
    this.#clock = clock;
    this.#onCommit = onCommit;
    this.#rules = { ...DEFAULT_RULES, ...rules };
  }

  /** Throws OperatorError code "database". */
  static open(options: TicketOpsOptions): TicketOpsDB {
    const store = new TicketOpsDB(options);
    store.#connection.use(() => undefined);
    return store;
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  async recordViolations(
    violations: readonly FiringViolation[],
  ): Promise<readonly RecordedViolation[]> {
    return this.#write((call) => tickets.recordViolations(call, violations));
  }

  async liveTickets(subject: string): Promise<readonly Ticket[]> {
    return this.#read((call) => tickets.liveTickets(call, subject));
  }

  async verifyTicket(ticketId: number, reason: string, wellForMs?: number): Promise<MonitorMoved> {
    return this.#write((call) => verification.verifyTicket(call, { ticketId, reason, wellForMs }));
  }

  async refuseTicket(ticketId: number, reason: string): Promise<Ticket | undefined> {
    return this.#write((call) => verification.refuseTicket(call, { ticketId, reason }));
  }

  async healTicket(ticketId: number, reason: string, wellForMs?: number): Promise<MonitorMoved> {
    return this.#write((call) => verification.healTicket(call, { ticketId, reason, wellForMs }));
  }

  async expireLeases(): Promise<readonly Ticket[]> {
    return this.#write(claims.expireLeases);
  }

  async touchedBy(sessionId: string): Promise<readonly string[]> {
    return this.#read((call) => journal.touchedBy(call, sessionId));
  }

  async claim(request: ClaimRequest): Promise<claims.Claimed | undefined> {
    return this.#write((call) => claims.claimTicket(call, request));
  }

  async renewLease(sessionId: string, leaseMs: number): Promise<boolean> {
    return this.#write((call) => claims.renewLease(call, { sessionId, leaseMs }));
  }

  async getTicket(ticketId: number): Promise<Ticket | undefined> {
    return this.#read((call) => tickets.findTicket(call, ticketId));
  }

  async sessionsOf(ticketId: number): Promise<readonly Session[]> {
    return this.#read((call) => sessions.sessionsOf(call, ticketId));
  }

  async journalOf(sessionId: string): Promise<readonly JournalEntry[]> {
    return this.#read((call) => journal.journalOf(call, sessionId));
  }

  async recentSteps(query: RecentStepsQuery): Promise<RecentWork> {
    return this.#read((call) => journal.recentSteps(call, query));
  }

  async appendAudit(event: AuditInput): Promise<AuditEvent> {
    return this.#write((call) => work.recordEvent(call, event));
  }

  async addUsage(sessionId: string, turns: number, usage: Usage): Promise<void> {
    this.#write((call) => sessions.addUsage(call, { sessionId, turns, usage }));
  }

  async beginStep(step: StepIntent): Promise<number> {
    return this.#write((call) => journal.beginStep(call, step));
  }

  async finishStep(entryId: number, outcome: StepOutcome): Promise<void> {
    this.#write((call) => journal.finishStep(call, { ...outcome, entryId }));
  }

  async unattendedSubjects(subject?: string): Promise<readonly string[]> {
    return this.#read((call) => interrupted.unattendedSubjects(call, subject));
  }

  async interruptedSteps(subject: string): Promise<readonly JournalEntry[]> {
    return this.#read((call) => interrupted.interruptedSteps(call, subject));
  }

  async settleStep(entryId: number, settlement: StepSettlement): Promise<boolean> {
    return this.#write((call) => interrupted.settleStep(call, { ...settlement, entryId }));
  }

  async concludeTicket(sessionId: string, conclusion: Conclusion): Promise<Ticket> {
    return this.#write((call) => work.concludeTicket(call, { sessionId, conclusion }));
  }

  async escalateTicket(sessionId: string, end: SessionEnd): Promise<void> {
    this.#write((call) => work.escalateTicket(call, { ...end, sessionId }));
  }

  async releaseTicket(sessionId: string, end: SessionEnd): Promise<void> {
    this.#write((call) => work.releaseTicket(call, { ...end, sessionId }));
  }

  async endSession(sessionId: string, end: SessionEnd): Promise<void> {
    this.#write((call) => work.endSession(call, { ...end, sessionId }));
  }

  async requestApproval(request: ApprovalRequest): Promise<Approval> {
    return this.#write((call) => approvals.requestApproval(call, request));
  }

  async getApproval(approvalId: number): Promise<Approval | undefined> {
    return this.#read((call) => approvals.findApproval(call, approvalId));
  }

  async unheardApprovals(subject: string): Promise<readonly Approval[]> {
    return this.#read((call) => approvals.unheardApprovals(call, subject));
  }

  async useApproval(approvalId: number, use: ApprovalUse): Promise<boolean> {
    return this.#write((call) => approvals.useApproval(call, { ...use, approvalId }));
  }

  async voidApproval(approvalId: number, why: string): Promise<void> {
    this.#write((call) => approvals.voidApproval(call, { approvalId, why }));
  }

  async listTickets(filter: TicketFilter): Promise<readonly Ticket[]> {
    return this.#read((call) => tickets.listTickets(call, filter));
  }

  async resolveTicket(ticketId: number, reason: string): Promise<Ticket> {
    return this.#write((call) => desk.resolveTicket(call, { ticketId, reason }));
  }

  async setHeld(ticketId: number, isHeld: boolean): Promise<Ticket> {
    return this.#write((call) => desk.setHeld(call, { ticketId, isHeld }));
  }

  async retryTicket(ticketId: number): Promise<Ticket> {
    return this.#write((call) => desk.retryTicket(call, ticketId));
  }

  async listSessions({ limit }: { readonly limit: number }): Promise<readonly SessionSummary[]> {
    return this.#read((call) => sessions.listSessions(call, limit));
  }

  async findSession(idPrefix: string): Promise<Session | undefined> {
    return this.#read((call) => sessions.findSession(call, idPrefix));
  }

  async eventsOf(filter: EventFilter): Promise<readonly AuditEvent[]> {
    return this.#read((call) => audit.eventsOf(call, filter));
  }

  async checkedEventsOf(sessionId: string): Promise<CheckedEvents> {
    return this.#read((call) => checkedEventsOf(call, sessionId));
  }

  async verifyAudit(ticketId?: number): Promise<AuditVerification> {
    return this.#read((call) => verifyAudit(call, ticketId));
  }

  async compactAudit(request: CompactionRequest): Promise<Compaction> {
    // Found without the write lock: between few old events may lie many young ones.
    const ids = this.#read((call) => compaction.findOldEvents(call, request));
    return this.#write((call) => compaction.removeContents(call, { ...request, ids }));
  }

  async planCompaction(request: CompactionRequest): Promise<Compaction> {
    return this.#read((call) => compaction.planRemoval(call, request));
  }

  async shrinkFile(): Promise<Shrinking> {
    const shrinking = this.#write(compaction.shrinkFile);
    // The file ends where it did until its log is written into it.
    this.#connection.use((db) => db.run("PRAGMA wal_checkpoint(PASSIVE)"));
    return shrinking;
  }

  async listApprovals(filter: ApprovalFilter): Promise<readonly Approval[]> {
    return this.#read((call) => approvals.listApprovals(call, filter));
  }

  async decideApproval(approvalId: number, decision: Decision, words?: string): Promise<Approval> {
    return this.#write((call) => approvals.decideApproval(call, { approvalId, decision, words }));
  }

  #write<T>(work: (call: StoreCall) => T): T {
    const appended: AuditType[] = [];
    return this.#connection.write({
      work: (db) => work({ ...this.#call(db), appended }),
      onCommit: (moment) => this.#onCommit?.(moment, appended),
      elapsedMs: this.#clock.elapsed(),
    });
  }

  #read<T>(work: (call: StoreCall) => T): T {
    return this.#connection.use((db) => inReadTransaction(db, () => work(this.#call(db))));
  }

  #call(db: Database): StoreCall {
    return { db, nowMs: this.#clock.now(), rules: this.#rules, appended: [] };
  }
}
