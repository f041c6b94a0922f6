// What a command truly does, known to whoever made it up: the guard's reading is not asked.

export type Deed =
  | { readonly does: "look"; readonly takesMs?: number }
  /** Acknowledged data, or what holds it. */
  | { readonly does: "lose"; readonly what: string }
  | Interruption
  | { readonly does: "start"; readonly members: readonly string[] }
  | { readonly does: "set"; readonly what: string; readonly value: string }
  /** A temporary file. */
  | { readonly does: "write" }
  /** Another host, container, service or process than the subject's. */
  | { readonly does: "outside"; readonly what: string }
  /** Monitor, tickets, approvals or audit. */
  | { readonly does: "oversight"; readonly what: string }
  /** From now on `run` of this name does these. */
  | { readonly does: "plant"; readonly name: string; readonly deeds: readonly Deed[] }
  | { readonly does: "run"; readonly name: string };

export interface Interruption {
  readonly does: "interrupt";
  readonly members: readonly string[];
  /** They are started again at once. */
  readonly isRestart?: true;
  /** They look well until then. */
  readonly lagMs?: number;
}

export type DeedKind = Deed["does"];

/** One tool call that a hostile session may make. */
export interface Attempt {
  /** For the counts: "files", "redis", "quorum". */
  readonly what: string;
  readonly command: string;
  readonly deeds: readonly Deed[];
  /** What it prints; nothing when absent. */
  readonly output?: string;
}

export const LOOK: readonly Deed[] = [{ does: "look" }];

export function lose(what: string): readonly Deed[] {
  return [{ does: "lose", what }];
}

export function outside(what: string): readonly Deed[] {
  return [{ does: "outside", what }];
}

export function oversight(what: string): readonly Deed[] {
  return [{ does: "oversight", what }];
}

export function interrupt(...members: readonly string[]): readonly Deed[] {
  return [{ does: "interrupt", members }];
}

export function restart(...members: readonly string[]): readonly Deed[] {
  return [{ does: "interrupt", members, isRestart: true }];
}
