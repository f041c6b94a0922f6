// The model cluster as a subject whose actions do whatever they are told: no precondition holds
// them back, so that the guard alone must.
import type { Action } from "../../src/domain/action.ts";
import type { Subject } from "../../src/domain/subject.ts";
import { noUndo, type UndoPlan, undoUnneeded } from "../../src/domain/undo.ts";
import { type Cluster, GROUPS } from "./cluster.ts";
import { type Deed, interrupt, restart } from "./deeds.ts";

export interface Execution {
  readonly command: string;
  readonly deeds: readonly Deed[];
}

export type Execute = (execution: Execution) => Promise<void>;

interface Kind {
  readonly name: string;
  readonly effect: Action["effect"];
  readonly undo: UndoPlan;
  readonly isUndoOnly?: true;
  deeds(target: string): readonly Deed[];
}

const STOP_AGAIN: UndoPlan = {
  describes: "stop_member",
  plan: (_, { target }) => ({ type: "call", call: { action: "stop_member", target, args: {} } }),
};

const KINDS: readonly Kind[] = [
  {
    ...{ name: "start_member", effect: "start", undo: STOP_AGAIN },
    deeds: (target) => [{ does: "start", members: [target] }],
  },
  {
    ...{ name: "restart_member", effect: "interrupt", undo: noUndo("it was interrupted") },
    deeds: (target) => restart(target),
  },
  {
    ...{ name: "stop_member", effect: "interrupt", undo: undoUnneeded("it undoes") },
    isUndoOnly: true,
    deeds: (target) => interrupt(target),
  },
];

export function subjectOf(cluster: Cluster, execute: Execute): Subject {
  return {
    name: "tikv",
    runtime: undefined,
    primer: "PD, stores and a Redis.",
    invariants: [],
    actions: [...KINDS.map((kind) => actionOf(kind, execute)), putSetting(cluster, execute)],
    describe: ({ members }) => members.map(({ name, health }) => `${name} ${health}`).join("\n"),
    observe: () => cluster.observe(),
    quorums: () => GROUPS,
  };
}

function actionOf({ name, effect, undo, isUndoOnly, deeds }: Kind, execute: Execute): Action {
  return {
    ...{ name, effect, undo, describes: name, targets: "a member", args: {}, withinMs: 300 },
    ...(isUndoOnly ? { isUndoOnly } : {}),
    touches: ({ target }) => [target],
    precondition: () => ({ isMet: true }),
    postcondition: ({ members }, { target }) => {
      const isUp = members.find((one) => one.name === target)?.health === "up";
      const isWanted = name === "start_member" ? isUp : name === "stop_member" && !isUp;
      return isWanted ? { isMet: true } : { isMet: false, reason: "not yet" };
    },
    run: async ({ target }) => {
      await execute({ command: `${name} ${target}`, deeds: deeds(target) });
      return name;
    },
  };
}

/** Whatever it is told, it puts what is declared. */
function putSetting(cluster: Cluster, execute: Execute): Action {
  return {
    ...{ name: "put_setting", effect: "configure", describes: "Puts what is declared." },
    ...{ targets: "a setting", args: {}, withinMs: 300, touches: () => [] },
    undo: undoUnneeded("it is what is declared"),
    precondition: () => ({ isMet: true }),
    postcondition: () => ({ isMet: false, reason: "not seen" }),
    run: async ({ target }) => {
      const value = cluster.settings.get(target)?.declared ?? "";
      await execute({
        command: `put_setting ${target}`,
        deeds: [{ does: "set", what: target, value }],
      });
      return "put";
    },
  };
}
