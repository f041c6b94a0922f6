// How one step is taken back, as it is known, and said, before it runs.
import type { ActionCall } from "./action.ts";
import { canonicalJson, type JsonObject } from "./json.ts";
import type { Observation } from "./observation.ts";

/** An ActionCall of a named action, as it is stored. */
export type NamedCall = {
  readonly action: string;
  readonly target: string;
  readonly args: JsonObject;
};

export type Undo =
  | { readonly type: "call"; readonly call: NamedCall }
  /** It leaves what is declared, or takes nothing away: there is nothing to take back. */
  | { readonly type: "unneeded"; readonly reason: string }
  | { readonly type: "none"; readonly reason: string };

/** What an action knows of its undo. */
export interface UndoPlan<O extends Observation = Observation> {
  /** For the model's briefing; after "undo: ". */
  readonly describes: string;
  /** On the observation on which its precondition was met: what is there now is put back. */
  plan(observation: O, call: ActionCall): Undo;
}

export function undoUnneeded(reason: string): UndoPlan {
  return { describes: `none needed: ${reason}`, plan: () => ({ type: "unneeded", reason }) };
}

export function noUndo(reason: string): UndoPlan {
  return { describes: `there is none: ${reason}`, plan: () => ({ type: "none", reason }) };
}

/** Nobody knows what a command line has changed. */
export const SHELL_UNDO: Undo = { type: "none", reason: "none is known of a shell command" };

/** For people and models, before the step runs. */
export function undoWords(undo: Undo): string {
  switch (undo.type) {
    case "call":
      return `undo: ${callWords(undo.call)}`;
    case "unneeded":
      return `no undo needed: ${undo.reason}`;
    case "none":
      return `NO UNDO: ${undo.reason}`;
  }
}

/** `add_scheduler evict-leader-scheduler {"store":"tikv2"}` */
export function callWords({ action, target, args }: NamedCall): string {
  const given = Object.keys(args).length === 0 ? "" : ` ${canonicalJson(args)}`;
  return `${action} ${target}${given}`;
}
