// The state in which an operation was proposed: the subject as the guard saw it, without what moves
// by itself: figures, leaders, how many copies are behind. A person's word counts in it alone; how
// many members can be spared is counted anew before anything runs.
import type { ObservedMember } from "./observation.ts";

export type SeenState = {
  /** By name. */
  readonly members: readonly {
    readonly name: string;
    readonly health: ObservedMember["health"];
  }[];
  /** Who must not be missing together. */
  readonly quorums: readonly (readonly string[])[];
  /** Members that a step of another session was touching. */
  readonly inRepair: readonly string[];
  /** What was done to members from outside: "redis: latency"; null where it could not be read. */
  readonly disturbances: readonly string[] | null;
  /** What the operation would replace, as it was found; absent where it replaces nothing. */
  readonly replaces?: string;
};

/** What is otherwise now, each as a part of a sentence; empty for the same state. */
export function changesBetween(before: SeenState, now: SeenState): readonly string[] {
  return [
    ...memberChanges(before, now),
    ...setChanges(before.quorums.map(groupWords), now.quorums.map(groupWords), {
      added: "who must not be missing together is now",
      removed: "who must not be missing together is no longer",
    }),
    ...setChanges(before.inRepair, now.inRepair, {
      added: "another session now works on",
      removed: "another session no longer works on",
    }),
    ...setChanges(disturbancesOf(before), disturbancesOf(now), {
      added: "disturbed from outside now:",
      removed: "no longer disturbed from outside:",
    }),
    ...replacedChanges(before, now),
  ];
}

/** One line: what is not up, and what else is out of the ordinary. */
export function describeSeen({ members, inRepair, disturbances }: SeenState): string {
  const away = members.filter(({ health }) => health !== "up");
  return [
    `${members.length - away.length} of ${members.length} members up`,
    ...away.map(({ name, health }) => `${name} ${health}`),
    ...(inRepair.length > 0 ? [`in repair: ${inRepair.join(", ")}`] : []),
    ...(disturbances ?? ["disturbances unknown"]),
  ].join("; ");
}

function memberChanges(before: SeenState, now: SeenState): readonly string[] {
  const [were, are] = [before, now].map(
    ({ members }) => new Map(members.map(({ name, health }) => [name, health])),
  );
  const names = new Set([...(were?.keys() ?? []), ...(are?.keys() ?? [])]);
  return [...names].flatMap((name) => {
    const [was, is] = [were?.get(name), are?.get(name)];
    if (was === is) return [];
    if (was === undefined) return [`${name} is there now, and ${is}`];
    return [is === undefined ? `${name} is gone` : `${name} was ${was} and is ${is}`];
  });
}

function replacedChanges({ replaces: was }: SeenState, { replaces: is }: SeenState) {
  if (was === is) return [];
  if (was === undefined) return [`it would replace something now: ${is}`];
  return [`what it would replace is another: it was ${was}; now ${is ?? "there is none"}`];
}

function groupWords(names: readonly string[]): string {
  return `{${names.join(", ")}}`;
}

function disturbancesOf({ disturbances }: SeenState): readonly string[] {
  return disturbances ?? ["it could not be read"];
}

function setChanges(
  before: readonly string[],
  now: readonly string[],
  words: { readonly added: string; readonly removed: string },
): readonly string[] {
  const added = now.filter((name) => !before.includes(name));
  const removed = before.filter((name) => !now.includes(name));
  return [
    ...(added.length > 0 ? [`${words.added} ${added.join(", ")}`] : []),
    ...(removed.length > 0 ? [`${words.removed} ${removed.join(", ")}`] : []),
  ];
}
