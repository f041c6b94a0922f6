// A subject whose state outlives the agents that change it: dials in a file, each a member. Setting
// one can be taken back; burning one cannot.
import { readFileSync, writeFileSync } from "node:fs";
import type { Action, ActionCall, Check } from "../../src/domain/action.ts";
import type { Observation } from "../../src/domain/observation.ts";
import type { Subject } from "../../src/domain/subject.ts";
import { noUndo } from "../../src/domain/undo.ts";
import type { Invariant } from "../../src/domain/verdict.ts";
import type { Lamps } from "./memory-subject.ts";

/** Not a number: nobody can see what it shows. */
export type Dials = Record<string, number | string>;

export interface DialHooks {
  /** Around the change of a dial, in the process that makes it. */
  readonly before?: (call: ActionCall) => Promise<void> | void;
  readonly after?: (call: ActionCall) => Promise<void> | void;
  readonly changes?: Partial<Action>;
}

/** In the shape of lamps, for the world of an agent; `deeds` are those of this process. */
export interface DialRoom extends Lamps {
  read(): Dials;
  write(dials: Dials): void;
}

/** Left violates `lamp_on` until it shows 9; no dial may show more than that. */
export function dialSubject(file: string, hooks: DialHooks = {}): DialRoom {
  const read = (): Dials => JSON.parse(readFileSync(file, "utf8"));
  const write = (dials: Dials) => writeFileSync(file, JSON.stringify(dials));
  const deeds: string[] = [];
  const room = { read, write, deeds, health: new Map() };
  const turn = async (call: ActionCall) => {
    await hooks.before?.(call);
    deeds.push(`${call.target}=${call.args.value}`);
    write({ ...read(), [call.target]: Number(call.args.value) });
    await hooks.after?.(call);
    return `${call.target} shows ${call.args.value}`;
  };
  const setDial = { ...dialAction("set_dial", turn), ...hooks.changes };
  const putBack: Action = { ...dialAction("put_back", turn), isUndoOnly: true };
  const burn: Action = { ...dialAction("burn", turn), undo: noUndo("ashes stay ashes") };
  const subject: Subject = {
    name: "lamps",
    runtime: undefined,
    primer: "Dials show numbers.",
    invariants: [lampOn, notTooHigh, inTune],
    actions: [setDial, putBack, burn],
    describe: (seen) => JSON.stringify(dialsIn(seen)),
    observe: async () => look(read()),
  };
  return { ...room, subject };
}

const lampOn: Invariant = {
  ...{ name: "lamp_on", describes: "", severity: "critical", forMs: 0, settleMs: 0 },
  judge: ({ current }) => [judgement("left", Number(dialsIn(current).left) >= 9)],
};

const notTooHigh: Invariant = {
  ...lampOn,
  name: "not_too_high",
  forMs: 600,
  judge: ({ current }) =>
    Object.entries(dialsIn(current)).map(([name, value]) => judgement(name, Number(value) <= 9)),
};

/** Of no member, so that whatever is done may have to do with it. */
const inTune: Invariant = {
  ...lampOn,
  name: "in_tune",
  judge: ({ current }) => {
    const [first, ...others] = Object.values(dialsIn(current));
    const isDark = [first, ...others].includes("dark");
    const judged = judgement(
      "room",
      others.every((value) => value === first),
    );
    return [isDark ? { ...judged, state: "unknown" } : judged];
  },
};

function judgement(entity: string, isWell: boolean) {
  return { entity, state: isWell ? "holds" : "violated", reason: "", evidence: {} } as const;
}

function dialAction(name: string, run: (call: ActionCall) => Promise<string>): Action {
  return {
    ...{ name, describes: "Turns a dial.", targets: "a dial", args: { value: "a number" } },
    effect: "configure",
    withinMs: 1_000,
    undo: {
      describes: "put_back with the value of before",
      plan: (seen, { target }) => {
        const args = { value: dialsIn(seen)[target] ?? null };
        return { type: "call", call: { action: "put_back", target, args } };
      },
    },
    touches: ({ target }) => [target],
    precondition: (seen, { target }) =>
      target in dialsIn(seen) ? { isMet: true } : { isMet: false, reason: `no dial ${target}` },
    postcondition: (seen, call) => shows(seen, call),
    run,
  };
}

function shows(seen: Observation, { target, args }: ActionCall): Check {
  const value = dialsIn(seen)[target];
  if (value === Number(args.value)) return { isMet: true };
  const reason = `${target} shows ${value}`;
  return typeof value === "number"
    ? { isMet: false, reason }
    : { isMet: false, reason, isUnseen: true };
}

function look(dials: Dials): Observation {
  const nowMs = Date.now();
  const members = Object.entries(dials).map(([name, value]) => ({
    ...{ name, role: "dial", detail: String(value) },
    health: value === "dark" ? ("unknown" as const) : ("up" as const),
  }));
  return { subject: "lamps", startedAtMs: nowMs, endedAtMs: nowMs, members };
}

export function dialsIn({ members }: Observation): Dials {
  return Object.fromEntries(
    members.map(({ name, detail }) => [name, /^\d+$/.test(detail) ? Number(detail) : detail]),
  );
}
