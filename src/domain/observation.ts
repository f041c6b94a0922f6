// What one look at a subject yields: plain data, each part read or failed, each with its age.
import type { FoundDisturbance } from "./disturbance.ts";

/** One part of an observation. A failed read is never an empty value. */
export type Reading<T> =
  | { readonly state: "read"; readonly value: T; readonly atMs: number }
  | { readonly state: "failed"; readonly reason: string; readonly atMs: number };

/**
 * One timed reading of a subject. Subjects extend it with parts of their own.
 * `members` is the declared topology, or what the last good observation knew:
 * a member that has vanished is still listed here.
 */
export interface Observation {
  readonly subject: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly members: readonly ObservedMember[];
  /** What is done to its members from outside; absent where nobody looks: they are processes. */
  readonly disturbances?: Reading<readonly FoundDisturbance[]>;
  /** What the runtime says of members that do not run; absent where none is asked. */
  readonly away?: Reading<readonly AwayMember[]>;
  /** What else is worth a place on a screen, the most important rows first. */
  readonly tables?: readonly ObservedTable[];
}

export interface AwayMember {
  readonly name: string;
  readonly state: "paused" | "stopped";
  /** Why it is away, for a sentence: "its container has ended: SIGKILL". */
  readonly reason: string;
  /** False where it ended as one does that is asked to: it may be on its way back. */
  readonly isDefinite: boolean;
}

/** Of a bound on what is held in memory: whoever holds more has no room for anything new. */
export const HELD_SHARE_MAX = 0.95;

/** Members that must not be missing together. */
export interface QuorumGroup {
  /** For a sentence: "PD members", "stores, of which a region has 3". */
  readonly name: string;
  readonly members: readonly string[];
  /** How many of them may be missing at once; 0 or more. */
  readonly spare: number;
  /** Whose process holds in memory what is nowhere else, and may be there although it is not up. */
  readonly holding?: readonly string[];
  /** Who answers us and counts for nothing, for the others do not hear of them. */
  readonly cutOff?: readonly string[];
  /** How many copies of all data they are declared to hold; absent where nobody says. */
  readonly copies?: number;
  /** What each of them holds in memory; null: not to be read. Absent where nobody says. */
  readonly heldBytes?: number | null;
  /** How much that may be, as declared; 0 is no bound. Absent where nobody says. */
  readonly boundBytes?: number;
}

export interface ObservedTable {
  /** "counters": the heading of the first column, which names what a row is about. */
  readonly title: string;
  /** The heading of each; the others are figures. */
  readonly columns: readonly string[];
  readonly rows: readonly {
    /** As many as there are columns. */
    readonly cells: readonly string[];
    readonly isOff: boolean;
  }[];
}

/** What every subject can say about each of its members; panels and the guard need no more. */
export interface ObservedMember {
  readonly name: string;
  readonly role: string;
  readonly health: "up" | "down" | "unknown";
  /** A few words for a person: "serving, 12 leaders", "no answer in 800 ms". */
  readonly detail: string;
  /** When its process began, by its own word; null: not to be read. Absent where nobody says. */
  readonly startedAtMs?: number | null;
  /** What is worth a column, in a fixed order: leaders, regions, free space. */
  readonly figures?: readonly MemberFigure[];
}

export interface MemberFigure {
  readonly label: string;
  readonly value: number;
  readonly unit: "count" | "percent" | "bytes";
}

export function readValue<T>(reading: Reading<T>): T | undefined {
  return reading.state === "read" ? reading.value : undefined;
}

export function mapRead<T, U>(reading: Reading<T>, map: (value: T) => U): Reading<U> {
  return reading.state === "read" ? { ...reading, value: map(reading.value) } : reading;
}
