// What everybody in one simulated run shares.
import type { Cluster } from "./cluster.ts";
import type { Surroundings } from "./life.ts";
import type { Looks } from "./looks.ts";
import type { Safety } from "./safety.ts";
import type { Trace } from "./trace.ts";

export interface World extends Surroundings {
  readonly cluster: Cluster;
  readonly trace: Trace;
  readonly looks: Looks;
  readonly weather: Weather;
  readonly safety: Safety;
  /** For those who strike in between: called after each deed of an operator. */
  readonly afterDeed: { listener: (member: string) => void };
}

/** What fails at present. */
export interface Weather {
  /** Members that nobody can see. */
  blind: ReadonlySet<string>;
  /** What every call, or every write, of the store comes to. */
  store: "fine" | "full" | "broken";
  /** Of a call after which the process is gone. */
  deathAfterCall: number;
  /** How far the clock on the wall has been set, forward or back. */
  wallAheadMs: number;
  /** Of a deed that does not work out. */
  mishap: number;
  /** Of a command that goes on until its time is up: longer than a session may last. */
  hang: number;
}
