// The smallest subject: lamps in memory that are on or off, each a member. For tests of what drives
// a subject; `toy-subject.ts` is the one with processes.
import type { Action } from "../../src/domain/action.ts";
import type { ObservedMember } from "../../src/domain/observation.ts";
import type { Subject } from "../../src/domain/subject.ts";
import { undoUnneeded } from "../../src/domain/undo.ts";

export interface Lamps {
  readonly subject: Subject;
  /** By name; a test may change them. */
  readonly health: Map<string, ObservedMember["health"]>;
  /** What the actions did, in order. */
  readonly deeds: string[];
}

export function lampSubject(changes: Partial<Action> = {}): Lamps {
  const health = new Map<string, ObservedMember["health"]>([
    ["left", "down"],
    ["right", "up"],
  ]);
  const deeds: string[] = [];
  const switchOn: Action = {
    name: "switch_on",
    describes: "Switches a lamp on.",
    targets: "a lamp",
    args: {},
    effect: "start",
    undo: undoUnneeded("lamps are meant to be on"),
    withinMs: 2_000,
    touches: ({ target }) => [target],
    precondition: (_, { target }) =>
      health.has(target) ? { isMet: true } : { isMet: false, reason: `no lamp ${target}` },
    postcondition: ({ members }, { target }) =>
      members.some(({ name, health: seen }) => name === target && seen === "up")
        ? { isMet: true }
        : { isMet: false, reason: `${target} is dark` },
    run: async ({ target }) => {
      deeds.push(`on ${target}`);
      health.set(target, "up");
      return `switched ${target} on`;
    },
    ...changes,
  };
  return { subject: subjectOf(health, switchOn), health, deeds };
}

function subjectOf(health: Lamps["health"], action: Action): Subject {
  return {
    name: "lamps",
    runtime: undefined,
    primer: "Lamps are on or off.",
    invariants: [],
    actions: [action],
    describe: ({ members }) =>
      members.map(({ name, health: seen }) => `${name} ${seen}`).join("\n"),
    observe: async () => {
      const members = [...health].map(([name, seen]) => ({
        name,
        role: "lamp",
        health: seen,
        detail: seen,
      }));
      const nowMs = Date.now();
      return { subject: "lamps", startedAtMs: nowMs, endedAtMs: nowMs, members };
    },
  };
}
