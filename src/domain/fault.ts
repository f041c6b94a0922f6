// Something broken on purpose, through the same runtime and API that an operator would use.
import type { ActionContext } from "./action.ts";
import type { JsonObject } from "./json.ts";
import type { Observation } from "./observation.ts";

/** What will be broken: chosen by a pure function, applied by `inject`, undone by `heal`. */
export interface FaultPlan {
  readonly fault: string;
  /** Names of the members or other entities that it strikes. */
  readonly targets: readonly string[];
  readonly details: JsonObject;
}

export interface HealContext extends ActionContext {
  /** What it caused was seen, and seen to end: what looks like it now is somebody's. */
  readonly wasOver?: boolean;
}

export interface Fault<O extends Observation = Observation> {
  readonly name: string;
  readonly describes: string;
  /** Only members that run there can be struck by it; any when absent. */
  readonly runtime?: "docker";
  /** Pure: the same observation and the same chance give the same plan. `random` yields [0, 1). */
  plan(observation: O, random: () => number): FaultPlan;
  inject(plan: FaultPlan, context: ActionContext): Promise<void>;
  /**
   * Takes back only what it did itself. Gives a sentence for each thing that it left, because
   * somebody has set it otherwise since. Idempotent.
   */
  heal(plan: FaultPlan, context: HealContext): Promise<readonly string[]>;
  /** The violations that it must cause: one ticket each, which must end as verified_fix. */
  expects(plan: FaultPlan): readonly { readonly invariant: string; readonly entity: string }[];
}
