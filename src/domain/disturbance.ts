// Port: what is done to a member from outside, while it runs: to its network, and to what it may
// use. Each is marked as ours where it is in force, so that anybody can find it and take it away.

/** Of what the member sends and hears; the member itself, and who observes it, are left alone. */
export type Disturbance =
  /** Round trips between it and its peers take so much longer. */
  | {
      readonly type: "latency";
      readonly delayMs: number;
      readonly jitterMs: number;
      readonly peers: readonly string[];
    }
  /** Of packets, from 0 to 100. */
  | { readonly type: "loss"; readonly percent: number; readonly peers: readonly string[] }
  /** Of what it sends. */
  | { readonly type: "bandwidth"; readonly kbitPerSecond: number }
  /** `in`: it hears nothing from them; `out`: they hear nothing from it. */
  | {
      readonly type: "partition";
      readonly direction: "both" | "in" | "out";
      readonly peers: readonly string[];
    }
  /** A share of the engine's cores. */
  | { readonly type: "cpu"; readonly cpus: number }
  | { readonly type: "memory"; readonly bytes: number }
  /** Its bounded volume is filled until so much is free; a volume without a bound is refused. */
  | { readonly type: "disk"; readonly freeBytes: number };

export type DisturbanceType = Disturbance["type"];

/** As it is found, whoever injected it. */
export interface FoundDisturbance {
  readonly member: string;
  readonly type: DisturbanceType;
  /** For people: "latency 150 ms ± 20 to redis". */
  readonly text: string;
}

export interface Disturber {
  /**
   * In force when it resolves; a member has one of each type, and the same again changes nothing.
   * Rejects with code "runtime" when the member does not run, or its host cannot do it; then
   * nothing is left of it.
   */
  apply(member: string, disturbance: Disturbance, signal?: AbortSignal): Promise<void>;
  /** All of the member's, or one type; what was declared holds again. Idempotent. */
  lift(member: string, type?: DisturbanceType, signal?: AbortSignal): Promise<void>;
}
