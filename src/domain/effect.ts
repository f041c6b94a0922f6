// What a command or an action would do, and to whom; and what the guard says about it.

export const EFFECTS = [
  "read",
  "start", // also resume: brings something back
  "interrupt", // stop, restart, kill, pause: takes something away, for a while
  "configure", // schedulers, replication, limits: changes how the subject behaves
  "network", // rules that slow, drop or redirect traffic, taken away
  "write", // a file for temporary use
  "destroy", // data: volumes, directories, logs, tombstones. Refused in every mode
  "oversight", // an agent's own supervision: tickets, approvals, monitor, audit. Likewise refused
  "foreign", // what is not the subject's: other hosts, containers, services. Likewise refused
  "hidden", // code that cannot be read before it runs: `| sh`, eval of a variable. Likewise refused
  "unknown", // not understood; counts as mutating
] as const;
export type EffectKind = (typeof EFFECTS)[number];

/** What `configure` comes to, where that can be told. */
export interface ChangeFacts {
  /** So many copies of the data there would be. */
  readonly copies?: number;
  /** What is held in memory may take so much; 0 is no bound. */
  readonly memoryBytes?: number;
  /** While it is done nobody is served. It counts as an interruption. */
  readonly pauses?: true;
  /** Whoever is gone is there afterwards: to a person's rules it is a start, too. */
  readonly starts?: true;
  /**
   * Whom it means besides its targets: any member (a store by its number), or none (a setting of
   * the whole). Where it is absent, and there are no targets, nobody knows.
   */
  readonly means?: "any" | "none";
}

export interface Effect extends ChangeFacts {
  readonly kind: EffectKind;
  /** Member names as far as they can be told. */
  readonly targets: readonly string[];
  /** The words that it was read from, for the reason. */
  readonly source: string;
}

/** `interrupt tikv2: restart_member tikv2` */
export function effectWords({ kind, targets, source }: Effect): string {
  const whom = targets.length > 0 ? ` ${targets.join(", ")}` : "";
  return `${kind}${whom}: ${source}`;
}

/** Always with a reason that a person and a model can use. */
export interface GuardDecision {
  readonly decision: "allow" | "ask" | "deny";
  readonly reason: string;
  /** Which rule decided: "refusal: destroy", "quorum", "policy: quiet nights", "mode approve". */
  readonly rule: string;
}

const LOOKS: readonly EffectKind[] = ["read", "write"];

/** It takes nothing away, and is done without sight as well. */
export function isStartAlone(effects: readonly Effect[]): boolean {
  return effects.every(({ kind }) => kind === "read" || kind === "start");
}

/** What a sandbox can hold, which has files for temporary use of its own. */
export function isLook(effects: readonly Effect[]): boolean {
  return effects.every(({ kind }) => LOOKS.includes(kind));
}

/** What is not understood may take away what it names. */
export function mayInterrupt({ kind, targets }: Effect): boolean {
  return kind === "interrupt" || (kind === "unknown" && targets.length > 0);
}

/** It changes something, and its words leave open whom. */
export function mayMeanAny(effect: Effect): boolean {
  const { targets, means } = effect;
  return !isLook([effect]) && (means === "any" || (targets.length === 0 && means !== "none"));
}

const REFUSED: readonly EffectKind[] = ["destroy", "oversight", "foreign", "hidden"];

/** Whether one of them is refused in every mode. */
export function isRefused(effects: readonly Effect[]): boolean {
  return effects.some(({ kind }) => REFUSED.includes(kind));
}

export function isMutating(effects: readonly Effect[]): boolean {
  return effects.some((effect) => effect.kind !== "read");
}
