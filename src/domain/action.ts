// A named repair step of a subject, with what must be true before, what must be true after, and how
// it is taken back.
import type { Clock } from "./clock.ts";
import type { Effect, EffectKind } from "./effect.ts";
import type { JsonObject } from "./json.ts";
import type { Observation } from "./observation.ts";
import type { Runtime } from "./runtime.ts";
import type { UndoPlan } from "./undo.ts";

export interface ActionCall {
  /** A member's name, a scheduler's name, or "cluster": what the action's `targets` says. */
  readonly target: string;
  readonly args: JsonObject;
}

export interface InterruptedCall {
  readonly call: ActionCall;
  readonly sinceMs: number;
}

/** A condition that is not met says what was found instead. */
export type Check =
  | { readonly isMet: true }
  | {
      readonly isMet: false;
      readonly reason: string;
      /** What it goes by was not read: nobody can tell. */
      readonly isUnseen?: true;
    };

export const MET: Check = { isMet: true };

export function notMet(reason: string): Check {
  return { isMet: false, reason };
}

export function unseen(reason: string): Check {
  return { isMet: false, reason, isUnseen: true };
}

/** An argument as text, numbers too; undefined when it was not given. */
export function textArg({ args }: ActionCall, name: string): string | undefined {
  const value = args[name];
  return value === undefined || value === null || value === "" ? undefined : `${value}`;
}

/**
 * Why an action does not take these arguments; undefined when it does. One that it does not have,
 * or that names nothing, would be left out, and mean more than was said.
 */
export function troubleOfArgs(
  { name, args, evidenced = {} }: Pick<Action, "name" | "args" | "evidenced">,
  call: Pick<ActionCall, "args">,
): string | undefined {
  const valid = Object.keys(args);
  const stray = Object.keys(call.args).find((given) => !Object.hasOwn(args, given));
  if (stray !== undefined) {
    const what = valid.length === 0 ? "it takes none" : `one of ${valid.join(", ")}`;
    return `${name} has no argument "${stray}": ${what}`;
  }
  const isBlank = (given: string) => /^[\s,]*$/.test(`${call.args[given] ?? ""}`);
  const blank = valid.find((given) => {
    return Object.hasOwn(call.args, given) && !Object.hasOwn(evidenced, given) && isBlank(given);
  });
  return blank === undefined ? undefined : `${name}: the argument ${blank} names nothing`;
}

export interface Action<O extends Observation = Observation> {
  readonly name: string;
  /** For the model's briefing: what it does and when it helps, one or two sentences. */
  readonly describes: string;
  /** What `target` names: "a member", "a store", "a scheduler", "cluster". */
  readonly targets: string;
  /** Argument names with one line each; empty when it takes none. */
  readonly args: Readonly<Record<string, string>>;
  /** Those that no model's word sets, each with its name in the ticket's evidence. */
  readonly evidenced?: Readonly<Record<string, string>>;
  readonly effect: Extract<EffectKind, "start" | "interrupt" | "configure">;
  /** Nobody is served while it is done: it counts as an interruption. */
  readonly pauses?: true;
  /** As an effect's: who was gone is there afterwards. */
  readonly starts?: true;
  /** "none": a setting of the whole, where it touches no member. "any": others than it names. */
  readonly means?: "any" | "none";
  readonly undo: UndoPlan<O>;
  /** For the way back alone: offered to no model, and refused to it. */
  readonly isUndoOnly?: true;
  /** Members touched, for verification and the journal. */
  touches(call: ActionCall): readonly string[];
  /** On a fresh observation. Not met: nothing is done, and the reason goes to the model. */
  precondition(observation: O, call: ActionCall): Check;
  /** Met before it starts: nothing is done, "already in effect". Else awaited after `run`. */
  postcondition(observation: O, call: ActionCall): Check;
  /**
   * Of a step that began at `sinceMs` and whose end nobody saw: whether it took effect. Absent
   * where the postcondition says so.
   */
  tookEffect?(observation: O, step: InterruptedCall): Check;
  /** How long the postcondition may take to come true after `run`. */
  readonly withinMs: number;
  /** Does it. Returns a line on what was done; rejects with OperatorError. */
  run(call: ActionCall, context: ActionContext): Promise<string>;
}

export function effectOfAction(
  {
    name,
    effect,
    pauses,
    starts,
    means,
    touches,
  }: Pick<Action, "name" | "effect" | "pauses" | "starts" | "means" | "touches">,
  call: ActionCall,
): Effect {
  const source = `${name} ${call.target}`;
  return {
    kind: effect,
    targets: touches(call),
    source,
    ...(pauses && { pauses }),
    ...(starts && { starts }),
    ...(means && { means }),
  };
}

export interface ActionContext {
  /** Absent where the members are not ours to handle (a cluster named by its endpoints alone). */
  readonly runtime: Runtime | undefined;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}
