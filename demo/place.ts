// What a demo runs on, known before anything is raised.

export interface DemoPlace {
  readonly runtime: "local" | "docker";
  /** Every member is one of ours in place of a real one. */
  readonly isStandIn: boolean;
  /** Divides the stand-ins' long timers. */
  readonly timeScale: number;
  /** False where the load is a program of others that keeps none. */
  readonly hasLedger: boolean;
  /** One line for a person: why there; empty when there was nothing to choose. */
  readonly reason: string;
  /** Flags of `operator subject up`. */
  readonly upFlags: readonly string[];
}
