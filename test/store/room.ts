// A store in a directory of its own, on a clock that the test moves; both gone when it is disposed.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OperatorError } from "../../src/domain/errors.ts";
import type { Conclusion, Session } from "../../src/domain/session.ts";
import type { Ticket, TicketState } from "../../src/domain/ticket.ts";
import type { ClaimRequest, FiringViolation, SessionEnd } from "../../src/domain/ticket-ops.ts";
import type { Verdict } from "../../src/domain/verdict.ts";
import { TicketOpsDB, type TicketOpsOptions } from "../../src/store/ticket-ops-db.ts";
import { type HurriedClock, hurriedClock } from "../support/hurried-clock.ts";
import { verdictWith } from "../support/verdicts.ts";

export interface Room extends AsyncDisposable {
  readonly dir: string;
  readonly path: string;
  readonly clock: HurriedClock;
  readonly store: TicketOpsDB;
}

export const FIXED: Conclusion = {
  outcome: "fixed",
  rootCause: "it was stopped",
  evidence: [1],
  summary: "started it",
};

export const GAVE_UP: SessionEnd = { stopReason: "gave_up", detail: "no idea" };

export async function openRoom(options: Partial<TicketOpsOptions> = {}): Promise<Room> {
  const dir = await mkdtemp(join(tmpdir(), "operator-store-"));
  const path = join(dir, "tickets.db");
  const clock = hurriedClock();
  const store = TicketOpsDB.open({ path, clock, ...options });
  const dispose = async () => {
    store[Symbol.dispose]();
    await rm(dir, { recursive: true });
  };
  return { dir, path, clock, store, [Symbol.asyncDispose]: dispose };
}

export function firing(changes: Partial<Verdict> = {}): FiringViolation {
  return { verdict: verdictWith(changes), sinceMs: 500 };
}

export function claimBy(agentId: string, changes: Partial<ClaimRequest> = {}): ClaimRequest {
  return { agentId, leaseMs: 30_000, model: "runbook", mode: "execute", ...changes };
}

/** Opens a ticket for the entity; its id. */
export async function openTicket(store: TicketOpsDB, entity = "one"): Promise<number> {
  const [recorded] = await store.recordViolations([firing({ entity })]);
  return defined(recorded).ticketId;
}

export async function claimed(
  store: TicketOpsDB,
  agentId = "agent",
): Promise<{ ticket: Ticket; session: Session }> {
  return defined(await store.claim(claimBy(agentId)));
}

/** A step that is carried out and changes something. */
export async function changeSomething(store: TicketOpsDB, sessionId: string): Promise<void> {
  const operation = { action: "start" };
  const entry = await store.beginStep({ sessionId, kind: "act", operation, targets: ["one"] });
  await store.finishStep(entry, { state: "done", result: "started", changed: true });
}

/** A new ticket in that state, and the session that has it or had it. */
export async function ticketIn(
  store: TicketOpsDB,
  state: TicketState,
): Promise<{ ticketId: number; sessionId: string }> {
  const ticketId = await openTicket(store);
  const { session } = await claimed(store);
  if (state === "open") await store.releaseTicket(session.id, GAVE_UP);
  if (state === "verifying") await store.concludeTicket(session.id, FIXED);
  if (state === "escalated") await store.escalateTicket(session.id, GAVE_UP);
  if (state === "resolved") await store.resolveTicket(ticketId, "done by hand");
  return { ticketId, sessionId: session.id };
}

/** What the work was rejected with; undefined when it succeeded. */
export function failureOf(work: Promise<unknown>): Promise<OperatorError | undefined> {
  return work.then(
    () => undefined,
    (error) => error,
  );
}

export function defined<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error("must be there");
  return value;
}
