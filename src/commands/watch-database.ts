// What a watch knows from the database: opened when it is there, read again and again, never made
// and, but for a person's answer to an approval, never written.
import { readRecord } from "../../demo/live/follow.ts";
import { type LiveMemory, tellLine } from "../../demo/live/memory.ts";
import type { AuditEvent } from "../domain/audit.ts";
import type { Clock } from "../domain/clock.ts";
import { OperatorError } from "../domain/errors.ts";
import type { Person } from "../domain/person.ts";
import type { Session } from "../domain/session.ts";
import type { UnresolvedTicket } from "../domain/subject.ts";
import type { TicketOps } from "../domain/ticket-ops.ts";
import { isMissing } from "../infra/files.ts";
import { TOLD_TYPES } from "./audit-pages.ts";
import { unresolvedIn } from "./open-subject.ts";
import { eventsSince } from "./watch-audit.ts";
import { sessionLines, ticketLines } from "./watch-lines.ts";

export interface WatchDatabaseOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly memory: LiveMemory;
  /** Who answers in the panels. */
  readonly person?: () => Person;
}

/** A wait for another process's lock stops the screen: it is short, and there is a next round. */
const BUSY_TIMEOUT_MS = 200;
/** In one round, so that a round stays short. */
const EVENTS_MAX = 500;

export class WatchDatabase implements Disposable {
  readonly #options: WatchDatabaseOptions;
  #store: TicketOps | undefined;
  #seen: AuditEvent | undefined;
  /** By session, the last event that its panel has told. */
  readonly #told = new Map<string, number>();

  constructor(options: WatchDatabaseOptions) {
    this.#options = options;
  }

  [Symbol.dispose](): void {
    this.#store?.[Symbol.dispose]();
    this.#store = undefined;
  }

  /** Brings the memory up to date. Rejects with code "database"; then the memory is as it was. */
  async follow(): Promise<void> {
    const { memory } = this.#options;
    const store = await this.#open();
    memory.record = await readRecord(store, { subject: memory.subject, struck: undefined });
    await this.#tellTickets(store);
    const session = memory.record.session ?? (await newestSession(store, memory.subject));
    if (!session) return;
    memory.mode = session.mode;
    memory.model = session.model;
    await this.#tellSession(store, session);
  }

  /** Rejects with code "conflict" when another was quicker, "database" when it is locked. */
  async decide(approvalId: number, decision: "approved" | "denied"): Promise<void> {
    const store = await this.#open();
    await store.decideApproval(approvalId, decision);
  }

  /** The subject's tickets; none where there is no database. Rejects as `follow` does. */
  async unresolved(): Promise<readonly UnresolvedTicket[]> {
    const { path, memory } = this.#options;
    return isMissing(path) ? [] : unresolvedIn(await this.#open(), memory.subject);
  }

  /** One that is not there, or not ready, is looked for again each time. */
  async #open(): Promise<TicketOps> {
    const { path, clock, person } = this.#options;
    if (isMissing(path)) {
      this[Symbol.dispose]();
      throw new OperatorError("database", `there is no database at ${path}`);
    }
    const { TicketOpsDB } = await import("../store/ticket-ops-db.ts");
    const options = { path, clock, person, busyTimeoutMs: BUSY_TIMEOUT_MS, isExpected: true };
    this.#store ??= TicketOpsDB.open(options);
    return this.#store;
  }

  async #tellTickets(store: TicketOps): Promise<void> {
    const { memory } = this.#options;
    const events = await eventsSince(store, this.#seen);
    for (const event of events) {
      const { type, ticketId } = event;
      if (!type.startsWith("ticket_") || ticketId === null) continue;
      const ticket = await store.getTicket(ticketId);
      if (ticket?.subject !== memory.subject) continue;
      for (const line of ticketLines(event, ticket)) tellLine(memory, { source: "monitor", line });
    }
    this.#seen = events.at(-1) ?? this.#seen;
  }

  async #tellSession(store: TicketOps, session: Session): Promise<void> {
    const { memory } = this.#options;
    const events = await sessionEvents(store, session, this.#told.get(session.id));
    for (const event of events) {
      const lines = sessionLines(event, session);
      for (const line of lines) tellLine(memory, { source: "agent", line });
    }
    const last = events.at(-1);
    if (last) this.#told.set(session.id, last.id);
  }
}

/** At first the end of it: a panel holds no more. */
async function sessionEvents(
  store: TicketOps,
  { id: sessionId }: Session,
  toldId: number | undefined,
): Promise<readonly AuditEvent[]> {
  const filter = { sessionId, types: TOLD_TYPES, limit: EVENTS_MAX };
  if (toldId !== undefined) return store.eventsOf({ ...filter, afterId: toldId });
  return (await store.eventsOf({ ...filter, isNewestFirst: true })).toReversed();
}

async function newestSession(store: TicketOps, subject: string): Promise<Session | undefined> {
  const [newest] = await store.listSessions({ limit: 1 });
  return newest?.ticket.subject === subject ? newest.session : undefined;
}
