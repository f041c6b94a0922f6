// Tickets, their states and the moves between them. The store enforces the same table with guarded
// updates; this one is its source and what tests compare it with.
import type { JsonObject } from "./json.ts";
import type { Severity } from "./verdict.ts";

export const TICKET_STATES = ["open", "claimed", "verifying", "escalated", "resolved"] as const;
export type TicketState = (typeof TICKET_STATES)[number];

/** How a ticket ended: a session's change was verified, it healed without one, a person said so. */
export const RESOLUTIONS = ["verified_fix", "self_healed", "manual"] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

export const TICKET_EVENTS = [
  "claim", // open -> claimed: agent
  "clear_up", // escalated -> claimed: agent, for what others left, and then escalated again
  "conclude", // claimed -> verifying: the session says fixed, or no action needed
  "escalate", // claimed, verifying -> escalated: cannot fix, a limit, attempts used up, a signal
  "release", // claimed, verifying -> open: the lease expired, or the agent gave it back
  "verify", // verifying -> resolved: monitor
  "refuse", // verifying -> claimed: monitor; the reason goes back to the session
  "heal", // open, escalated -> resolved (self_healed): monitor
  "retry", // escalated -> open: person
  "resolve", // any live -> resolved (manual): person
] as const;
export type TicketEvent = (typeof TICKET_EVENTS)[number];

/** Which states an event may start from, and where it leads. Everything else is illegal. */
export const TICKET_MOVES: Readonly<
  Record<TicketEvent, { readonly from: readonly TicketState[]; readonly to: TicketState }>
> = {
  claim: { from: ["open"], to: "claimed" },
  clear_up: { from: ["escalated"], to: "claimed" },
  conclude: { from: ["claimed"], to: "verifying" },
  escalate: { from: ["claimed", "verifying"], to: "escalated" },
  release: { from: ["claimed", "verifying"], to: "open" },
  verify: { from: ["verifying"], to: "resolved" },
  refuse: { from: ["verifying"], to: "claimed" },
  heal: { from: ["open", "escalated"], to: "resolved" },
  retry: { from: ["escalated"], to: "open" },
  resolve: { from: ["open", "claimed", "verifying", "escalated"], to: "resolved" },
};

/** How long, beyond twice the settle time, a concluded ticket may stay unconfirmed. */
export const CONFIRM_GRACE_MS = 10_000;

export interface Ticket {
  readonly id: number;
  readonly fingerprint: string;
  readonly subject: string;
  readonly invariant: string;
  readonly entity: string;
  readonly severity: Severity;
  readonly state: TicketState;
  readonly resolution: Resolution | null;
  /** The verdict's reason when it fired, refreshed while it stays violated. */
  readonly reason: string;
  /** The readings that violated. */
  readonly evidence: JsonObject;
  /** Observations in which it was violated, the first included. */
  readonly occurrences: number;
  readonly settleMs: number;
  readonly isHeld: boolean;
  readonly attempts: number;
  readonly violatedSinceMs: number;
  readonly openedAtMs: number;
  readonly lastViolatedAtMs: number;
  readonly updatedAtMs: number;
  readonly resolvedAtMs: number | null;
  /** Not claimable before this time: backoff after a lost lease. */
  readonly claimableAtMs: number;
  readonly lease: Lease | null;
  /** The session that has, or last had, the ticket. */
  readonly sessionId: string | null;
  /** While verifying: since when; null otherwise. */
  readonly verifyingSinceMs: number | null;
  /** Why the monitor last refused, or why it was escalated. */
  readonly note: string | null;
}

export interface Lease {
  readonly agentId: string;
  readonly expiresAtMs: number;
}

/** Which tickets were open beside one: by the order of rows, since clocks are set. */
export interface BesideTicket {
  readonly ticketId: number;
  /** Also those that ended so shortly before it was seen broken. */
  readonly beforeMs: number;
}

/** Live tickets hold their fingerprint; a resolved one frees it. */
export function isLive(state: TicketState): boolean {
  return state !== "resolved";
}
