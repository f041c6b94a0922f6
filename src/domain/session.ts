// One agent run on one ticket, and the journal of what it meant to do and did.
import type { Effect } from "./effect.ts";
import type { JsonObject } from "./json.ts";
import type { Person } from "./person.ts";
import type { SeenState } from "./seen-state.ts";
import type { Undo } from "./undo.ts";

/** Why a session stopped. */
export const STOP_REASONS = [
  "concluded", // the model concluded and the monitor has confirmed or taken over; or cleared up
  "gave_up", // the model concluded cannot_fix
  "turn_limit",
  "token_limit",
  "cost_limit",
  "time_limit",
  "repetition", // the same calls again and again
  "lease_lost", // another agent, or a person, has the ticket now
  "aborted", // SIGTERM or SIGINT, or a person held the ticket while it was verified
  "model_error",
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

export const CONCLUSIONS = ["fixed", "no_action_needed", "cannot_fix"] as const;
export type ConclusionOutcome = (typeof CONCLUSIONS)[number];

export interface Conclusion {
  readonly outcome: ConclusionOutcome;
  readonly rootCause: string;
  /** Ids of audit events. */
  readonly evidence: readonly number[];
  readonly summary: string;
}

export type SafetyMode = "observe" | "approve" | "execute";
export const SAFETY_MODES = ["observe", "approve", "execute"] as const;

/** What a session is for: a repair, or what sessions that ended too early left in the subject. */
export type SessionPurpose = "repair" | "clear_up";

export interface Session {
  readonly id: string;
  readonly ticketId: number;
  readonly purpose: SessionPurpose;
  readonly agentId: string;
  readonly model: string;
  readonly mode: SafetyMode;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly stopReason: StopReason | null;
  readonly stopDetail: string | null;
  readonly conclusion: Conclusion | null;
  readonly turns: number;
  readonly usage: Usage;
  /** Mutating steps that were carried out and may have changed something. */
  readonly changes: number;
}

/** Tokens and money so far. `costUsd` is an estimate from list prices; 0 for a runbook. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly costUsd: number;
}

export const NO_USAGE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 0,
};

export const STEP_STATES = [
  "intended", // begun; in a session that has ended: nobody knows whether it happened
  "done",
  "failed", // it may have changed something: see `hasChanged`
  "took_effect", // interrupted, and settled by looking
  "had_no_effect", // likewise
  "unknown", // interrupted, and nobody can tell by looking: a shell command, say
  "undone", // taken back by a later step
] as const;
export type StepState = (typeof STEP_STATES)[number];

/** A mutating step, written before it starts and completed after: the crash's memory. */
export interface JournalEntry {
  readonly id: number;
  readonly sessionId: string;
  readonly ticketId: number;
  readonly kind: "shell" | "act";
  readonly operation: JsonObject;
  /** Members that it touches, as far as known; empty when unknown. */
  readonly targets: readonly string[];
  readonly state: StepState;
  readonly result: string | null;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** What was checked before it began, and found. This and the next two: null in old rows. */
  readonly precondition: JsonObject | null;
  readonly effects: readonly Effect[] | null;
  readonly undo: Undo | null;
  /** The approval of a person that let it, and its undo, pass. */
  readonly approvalId: number | null;
  /** The step that this one takes back. */
  readonly undoes: number | null;
  /** Null until it has ended. */
  readonly hasChanged: boolean | null;
}

/** A mutating step of whichever session, as the guard counts them. */
export interface RecentStep {
  readonly entry: JournalEntry;
  /** Begun and not ended, by a session that has not ended either. */
  readonly isUnderWay: boolean;
}

export interface RecentWork {
  readonly steps: readonly RecentStep[];
  /** What tickets of the subject are about that a person holds, the session's own aside. Sorted. */
  readonly held: readonly string[];
}

export const APPROVAL_STATES = [
  "pending",
  "approved",
  "denied",
  "revised", // sent back with a person's words
  "used",
  "void", // what it was given for is no longer so
  "expired", // nothing came of it in time, or its holder's ticket is resolved
] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** All of them, when it is empty. */
export interface ApprovalFilter {
  readonly state?: ApprovalState;
  /** That asked. */
  readonly sessionId?: string;
}

/** What a person can say to what is asked of them. */
export const DECISIONS = ["approved", "denied", "revised"] as const;
export type Decision = (typeof DECISIONS)[number];

/** Of what a person says with a decision. */
export const WORDS_CHARS_MAX = 2_000;

/** A person's word on one exact operation in one state of its subject. */
export interface Approval {
  readonly id: number;
  /** That asked first. */
  readonly sessionId: string;
  /** That waits for it, or was told last: a later one, where the first has ended. */
  readonly holderId: string;
  /** For which it was asked first. */
  readonly ticketId: number;
  readonly operation: JsonObject;
  /** What the guard found that it would do. */
  readonly effects: readonly Effect[];
  /** How it would be taken back; null when nobody knows. */
  readonly undo: string | null;
  readonly reason: string;
  /** SHA-256 of the canonical operation with its undo: what is approved is exactly this. */
  readonly operationHash: string;
  /** Null where an older version asked: then it is never used. */
  readonly seen: SeenState | null;
  /** SHA-256 of the canonical state. */
  readonly stateHash: string | null;
  readonly state: ApprovalState;
  /** What the person said with it; of a void one, why it is. */
  readonly note: string | null;
  readonly requestedAtMs: number;
  readonly expiresAtMs: number;
  readonly decidedAtMs: number | null;
  /** Null where nobody noted it. */
  readonly decidedBy: Person | null;
  /** Its holder has not ended. */
  readonly isAwaited: boolean;
}
