// Invariants and what they say of an observation. Three-valued: what was not seen is unknown.
import type { JsonObject } from "./json.ts";
import type { Observation } from "./observation.ts";

export type Severity = "critical" | "warning";

/** What one invariant says about one entity at one moment. */
export interface Judgement {
  /** The thing judged: a member's name, or "cluster". Stable over the subject's life. */
  readonly entity: string;
  readonly state: "holds" | "violated" | "unknown";
  /** One line for a person: the reading and the bound it broke, or why it could not be seen. */
  readonly reason: string;
  /** The readings that led to it; kept in the ticket when it fires. At most a few hundred bytes. */
  readonly evidence: JsonObject;
  /** Said by who must know: it fires at once. Absent where it was concluded from silence. */
  readonly isDefinite?: boolean;
}

export interface History<O extends Observation> {
  readonly current: O;
  /** The observation before, for rates; absent on the first tick. */
  readonly previous: O | undefined;
}

/** A named pure predicate over observations. */
export interface Invariant<O extends Observation = Observation> {
  readonly name: string;
  /** One sentence: what is true of a well subject. */
  readonly describes: string;
  readonly severity: Severity;
  /** How long it must be violated, without a break, before it fires. */
  readonly forMs: number;
  /** How long it must hold again before a ticket of it counts as verified. */
  readonly settleMs: number;
  /**
   * One judgement per entity that exists by declaration, always the same entities: an entity that
   * is missing from the answer is read as unknown, never as well. Never throws.
   */
  judge(history: History<O>): readonly Judgement[];
}

export interface Verdict extends Judgement {
  readonly subject: string;
  readonly invariant: string;
  readonly severity: Severity;
  readonly forMs: number;
  readonly settleMs: number;
}

/** The identity of a violation and the dedup key of tickets: subject/invariant/entity. */
export function fingerprintOf(verdict: Pick<Verdict, "subject" | "invariant" | "entity">): string {
  return `${verdict.subject}/${verdict.invariant}/${verdict.entity}`;
}

/** An unbroken time of being violated. Unknown readings neither start nor end one. */
export interface Violation {
  readonly state: "pending" | "firing";
  readonly fingerprint: string;
  readonly verdict: Verdict;
  /** On the clock of who watches it, which goes on evenly. */
  readonly sinceMs: number;
}
