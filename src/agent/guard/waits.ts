// In which order a line does things. A change was judged by how things stand now: so nothing in its
// line waits before it, and it happens once.
import { type Effect, isLook } from "../../domain/effect.ts";
import type { Note, Scope, ShellWord } from "./scope.ts";

export interface SimpleUse {
  readonly name: string;
  readonly words: readonly ShellWord[];
  readonly scope: Scope;
}

/** With these a request is made again, or whenever there is room for it. */
const AGAIN: Readonly<Record<string, RegExp>> = {
  curl: /^(?:--(?:limit-rate|retry|speed)|-\w*[yY])/,
  "redis-cli": /^-[ir]/,
  "valkey-cli": /^-[ir]/,
};

export function asksAgain(name: string, args: readonly ShellWord[]): boolean {
  const sign = Object.hasOwn(AGAIN, name) ? AGAIN[name] : undefined;
  return sign !== undefined && args.some(({ text }) => sign.test(text));
}

/** Whether one of them is judged by its moment: to start what is down is right whenever it is. */
export function hasMoment(effects: readonly Effect[]): boolean {
  return effects.some((effect) => effect.kind !== "start" && !isLook([effect]));
}

export interface Trouble {
  readonly text: string;
  readonly because: string;
}

/** Of what a line does, in its order. */
export function troubleOfOrder(notes: readonly Note[]): Trouble | undefined {
  const isChange = ({ type }: Note) => type === "change";
  const changes = notes.filter(isChange).map(({ text }) => text);
  const twice = changes.find((change, index) => changes.indexOf(change) < index);
  if (twice !== undefined) return { text: twice, because: "the same change twice in one line" };
  const upToLast = notes.slice(0, notes.findLastIndex(isChange) + 1);
  const wait = upToLast.find(({ type }) => type === "wait");
  return (
    wait && { text: wait.text, because: "it may take its time, and a change stands behind it" }
  );
}
