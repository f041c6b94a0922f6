// What must be true of tickets, sessions and steps after every call of the store. The table of
// moves is written down here a second time, on purpose.
import type { Database } from "bun:sqlite";
import type { BlastRadius } from "../../src/agent/guard/history.ts";
import { TRUTHS } from "./cluster.ts";
import { isTaking } from "./commands.ts";
import type { Undertaking } from "./deeds.ts";
import { type Look, seenIn } from "./looks.ts";
import type { Fail, SafetyOptions, StoreCallDone } from "./safety.ts";

const ATTEMPTS_MAX = 3;
const HOLDS_MIN = 3;
/** As the simulated stores are told. */
export const BACKOFF_MS_MAX = 8_000;
/** A tick takes its moment between its look and its decision. */
const TOLERANCE_MS = 60;

/** By which calls a ticket may come from one state to another. */
const MOVES: Readonly<Record<string, readonly string[]>> = {
  "open claimed": ["claim"],
  "claimed verifying": ["concludeTicket"],
  "verifying claimed": ["refuseTicket"],
  "claimed open": ["releaseTicket", "expireLeases", "claim"],
  "verifying open": ["releaseTicket", "expireLeases", "claim"],
  "claimed escalated": ["escalateTicket", "releaseTicket", "expireLeases", "claim"],
  "verifying escalated": ["escalateTicket", "releaseTicket", "expireLeases", "claim"],
  "verifying resolved": ["verifyTicket", "resolveTicket"],
  "open resolved": ["healTicket", "resolveTicket"],
  "escalated resolved": ["healTicket", "resolveTicket"],
  "claimed resolved": ["resolveTicket"],
  "escalated open": ["retryTicket"],
  // To clear up.
  "escalated claimed": ["claim"],
};

const BY_PERSON = ["retryTicket", "resolveTicket", "setHeld", "decideApproval"];
/** Of one ticket, until a person sends it back. */
const CLEAR_UPS_MAX = 8;
const EXPIRING = ["expireLeases", "claim"];
const OF_SESSION = ["concludeTicket", "escalateTicket", "releaseTicket"];
/** After these no row of a ticket can be another one. */
const QUIET = ["appendAudit", "addUsage", "finishStep", "requestApproval", "useApproval"];

interface TicketRow {
  readonly id: number;
  readonly fingerprint: string;
  readonly invariant: string;
  readonly entity: string;
  readonly state: string;
  readonly resolution: string | null;
  readonly is_held: number;
  readonly attempts: number;
  readonly settle_ms: number;
  readonly session_id: string | null;
  readonly lease_expires_at_ms: number | null;
  readonly claimable_at_ms: number;
  readonly note: string | null;
  readonly running: string | null;
  readonly clear_ups_left: number | null;
  /** Of its present, or last, session. */
  readonly purpose: string | null;
}

export interface RuleOptions extends SafetyOptions {
  readonly db: Database;
  readonly fail: Fail;
  /** A session's ticket is verified from now on, or no longer. */
  readonly onVerifying: (sessionId: string, isVerifying: boolean) => void;
}

interface Known {
  readonly row: TicketRow;
  /** In virtual time. */
  readonly openedAtMs: number;
  readonly sinceMs: number;
}

interface Bounds {
  readonly radius: BlastRadius;
  readonly look: Look | undefined;
}

interface Moved {
  readonly before: Known;
  readonly after: TicketRow;
  readonly done: StoreCallDone;
}

export function ticketRules(options: RuleOptions) {
  const { db, fail, nowMs, wallMs, looks, onVerifying } = options;
  const known = new Map<number, Known>();
  const deeds = new Map<string, number>();
  const interruptions: { readonly ticketId: number; readonly atMs: number }[] = [];
  const select = db.query<TicketRow, []>(
    `SELECT tickets.*, (SELECT group_concat(id) FROM sessions
      WHERE ticket_id = tickets.id AND ended_at_ms IS NULL) AS running,
      (SELECT purpose FROM sessions WHERE id = tickets.session_id) AS purpose FROM tickets`,
  );
  return {
    afterCall(done: StoreCallDone): void {
      if (done.method === "beginStep") checkLease(Number(done.value));
      if (QUIET.includes(done.method) || done.method.startsWith("get")) return;
      const rows = select.all();
      checkAll(rows);
      for (const row of rows) follow(row, done);
    },
    ran(sessionId: string): void {
      deeds.set(sessionId, (deeds.get(sessionId) ?? 0) + 1);
    },
    checkRadius,
  };

  function checkAll(rows: readonly TicketRow[]): void {
    const live = rows.filter(({ state }) => state !== "resolved").map((row) => row.fingerprint);
    if (new Set(live).size < live.length) fail("twins", `live tickets: ${live.sort().join(", ")}`);
    for (const { id, state, running, session_id, attempts, note } of rows) {
      const isWorkedOn = state === "claimed" || state === "verifying";
      const expected = isWorkedOn ? session_id : null;
      if (running !== expected) {
        fail("sessions", `ticket ${id} is ${state} of ${session_id}, and ${running} runs`);
      }
      if (attempts > ATTEMPTS_MAX) fail("attempts", `ticket ${id} is at attempt ${attempts}`);
      if (state === "escalated" && !note) fail("escalated", `ticket ${id} says no reason`);
    }
  }

  function follow(after: TicketRow, done: StoreCallDone): void {
    const before = known.get(after.id);
    const isSame = before?.row.state === after.state && before.row.session_id === after.session_id;
    const openedAtMs = before?.openedAtMs ?? nowMs();
    const sinceMs = before && isSame ? before.sinceMs : nowMs();
    known.set(after.id, { row: after, openedAtMs, sinceMs });
    if (before && !isSame) {
      tellVerifying(before.row, after);
      checkMove({ before, after, done });
    }
    if (!before && after.state !== "open") fail("moves", `ticket ${after.id} began ${after.state}`);
  }

  function tellVerifying(before: TicketRow, after: TicketRow): void {
    if (before.state === "verifying" && before.session_id) onVerifying(before.session_id, false);
    if (after.state === "verifying" && after.session_id) onVerifying(after.session_id, true);
  }

  function checkMove(moved: Moved): void {
    const { before, after, done } = moved;
    const { method, args, life } = done;
    const what = `ticket ${after.id}: ${before.row.state} -> ${after.state} by ${method}`;
    const key = `${before.row.state} ${after.state}`;
    if (!MOVES[key]?.includes(method)) {
      fail("moves", what);
      return;
    }
    if (BY_PERSON.includes(method) && life.kind !== "person") fail("moves", `${what}, no person`);
    if (before.row.purpose === "clear_up" && key === "claimed open") {
      fail("escalated", `${what}: it was a person's`);
    }
    if (OF_SESSION.includes(method) && args[0] !== before.row.session_id) {
      fail("moves", `${what}, of another session`);
    }
    if (method === "claim" && after.state === "claimed") checkClaim(moved);
    else if (EXPIRING.includes(method)) checkExpiry(moved, what);
    if (after.state === "resolved" && method !== "resolveTicket") checkResolved(moved);
  }

  function checkClaim({ before: { row }, after }: Moved): void {
    const at = `ticket ${after.id}`;
    if (row.is_held === 1) fail("claim", `${at} is held by a person`);
    // What is later than any backoff was stamped before the clock was set back.
    const leftMs = row.claimable_at_ms - wallMs();
    if (leftMs > 0 && leftMs <= BACKOFF_MS_MAX)
      fail("claim", `${at} was claimed before its backoff`);
    if (row.state === "escalated") checkClearUp(row, after);
    else if (after.attempts !== row.attempts + 1 || after.purpose !== null)
      fail("attempts", `${at}: the claim is not counted`);
  }

  function checkClearUp(before: TicketRow, after: TicketRow): void {
    const at = `ticket ${after.id}`;
    if (after.purpose !== "clear_up") fail("escalated", `${at} is a person's, and is claimed`);
    if (after.attempts !== before.attempts) fail("attempts", `${at}: no attempt, but counted`);
    const left = before.clear_ups_left ?? 0;
    const isCounted = left > 0 && left <= CLEAR_UPS_MAX && after.clear_ups_left === left - 1;
    if (!isCounted) fail("attempts", `${at}: clearing up is not counted`);
  }

  function checkExpiry({ before: { row }, after }: Moved, what: string): void {
    if ((row.lease_expires_at_ms ?? 0) > wallMs()) fail("lease", `${what}: its lease lasts`);
    const isUsedUp = row.attempts >= ATTEMPTS_MAX || row.purpose === "clear_up";
    if (isUsedUp !== (after.state === "escalated")) fail("attempts", what);
    const isBackedOff = after.state === "escalated" || after.claimable_at_ms > wallMs();
    if (!isBackedOff) fail("lease", `${what}: without a backoff`);
  }

  /** Only what was seen to hold, three times and long enough, by the monitor that says so. */
  function checkResolved({ before, after, done: { life, method } }: Moved): void {
    const { invariant, entity, settle_ms, session_id } = after;
    const sinceMs = method === "verifyTicket" ? before.sinceMs : 0;
    const holds = looks.runOfHolds(life, { invariant, entity, sinceMs });
    const lastedMs = (holds.at(-1)?.endedAtMs ?? 0) - (holds[0]?.endedAtMs ?? 0);
    const what = `ticket ${after.id} (${after.fingerprint}) was resolved as ${after.resolution}`;
    if (holds.length < HOLDS_MIN || lastedMs < settle_ms - TOLERANCE_MS) {
      fail("verification", `${what}: held in ${holds.length} looks over ${lastedMs} ms`);
    }
    if (before.row.is_held === 1) fail("verification", `${what} while a person holds it`);
    if (method !== "verifyTicket" || session_id === null) return;
    if (after.resolution === "verified_fix" && !deeds.get(session_id)) {
      fail("credit", `${what}, and its session did nothing`);
    }
    for (const member of touchedBy(session_id))
      checkRegression({ before, after, member, life, what });
  }

  function checkRegression(
    about: Omit<Moved, "done"> &
      Pick<StoreCallDone, "life"> & {
        readonly member: string;
        readonly what: string;
      },
  ): void {
    const { before, after, member, life, what } = about;
    for (const invariant of Object.keys(TRUTHS)) {
      const judged = { invariant, entity: member };
      const isOwn = after.invariant === invariant && after.entity === member;
      const last = looks.last(life);
      if (isOwn || !last || seenIn(last, judged) !== "violated") continue;
      if (looks.hasHeldSince(life, { ...judged, sinceMs: before.openedAtMs })) {
        fail("verification", `${what}, but ${member}, which was touched, is worse: ${invariant}`);
      }
    }
  }

  function touchedBy(sessionId: string): readonly string[] {
    return db
      .query<{ member: string }, [string]>(
        `SELECT DISTINCT value AS member FROM journal, json_each(journal.targets)
        WHERE session_id = ?`,
      )
      .all(sessionId)
      .map(({ member }) => member);
  }

  function checkLease(entryId: number): void {
    const row = db
      .query<{ state: string; isOwn: number; expires: number | null }, [number]>(
        `SELECT tickets.state, tickets.session_id = journal.session_id AS isOwn,
          lease_expires_at_ms AS expires
        FROM journal JOIN tickets ON tickets.id = ticket_id WHERE journal.id = ?`,
      )
      .get(entryId);
    const hasLease = row?.state === "claimed" && row.isOwn === 1 && (row.expires ?? 0) > wallMs();
    if (!hasLease) fail("lease", `step ${entryId} began without one: ${JSON.stringify(row)}`);
  }

  function checkRadius(undertaking: Undertaking, { radius, look }: Bounds): void {
    const { sessionId } = undertaking;
    const steps = db
      .query<{ id: number; steps: number }, [string]>(
        `SELECT ticket_id AS id, (SELECT count(*) FROM journal
          WHERE ticket_id = sessions.ticket_id AND undoes IS NULL) AS steps
        FROM sessions WHERE id = ?`,
      )
      .get(sessionId);
    if (!steps) {
      fail("identity", `session ${sessionId} is not stored`);
      return;
    }
    if (steps.steps > radius.ticket.steps) fail("radius", `${steps.steps} steps on one ticket`);
    // Who was seen to be down already has nothing to lose.
    const takesAway = undertaking.deeds.some(
      ({ verb, member }) =>
        isTaking(verb) && (look?.seen.get(member)?.run ?? "running") === "running",
    );
    if (!takesAway) return;
    interruptions.push({ ticketId: steps.id, atMs: nowMs() });
    const ofTicket = interruptions.filter(({ ticketId }) => ticketId === steps.id).length;
    if (ofTicket > radius.ticket.interruptions) fail("radius", `${ofTicket} on one ticket`);
    if (interruptions.length > radius.hour.interruptions) {
      fail("radius", `${interruptions.length} interruptions within the hour`);
    }
  }
}
