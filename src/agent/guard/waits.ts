// In which order a line does things. A change was judged by how things stand now: so nothing in its
// line waits before it, and it happens once.
import { type Effect, isLook } from "../../domain/effect.ts";
import type { Note, Scope, ShellWord } from "./scope.ts";

/** With these words they take their time, or ask again. All else beside a change looks once. */
const WAITS: Readonly<Record<string, RegExp>> = {
  sleep: /^/,
  seq: /\d{6}|[a-z]/i,
  expr: /:|[a-z]/,
  ...each(["awk", "gawk", "mawk", "nawk"], /\b(?:do|for|func|function|while)\b/),
  jq: /\b(?:def|foreach|range|recurse|reduce|repeat|until|while)\b/,
  curl: /(?:^| )(?:--(?:limit-rate|retry|speed)|-\w*[yY])/,
  ...each(
    ["docker", "docker-compose", "podman"],
    /(?:^| )(?:(?:attach|events|stats|wait)(?: |$)|logs (?:.* )?(?:-\w*f|--f))/,
  ),
  ...each(["redis-cli", "valkey-cli"], /(?:^| )(?:-[ir]|--(?:latency|stat))/),
  journalctl: /(?:^| )(?:-\w*f|--f)/,
  netstat: /(?:^| )(?:-\w*c|--c)/,
  printf: /%[^a-zA-Z%]*(?:\d{4}|\*)/,
  operator: /^monitor|(?:^| )--(?:follow|interval)/,
  ss: /(?:^| )(?:-\w*E|--ev)/,
  systemctl: /(?:^| )--wait/,
};

export interface SimpleUse {
  readonly name: string;
  readonly words: readonly ShellWord[];
  readonly scope: Scope;
}

/** Whether it takes its time before something else is done, or does it again. */
export function asksAgain({ name, words }: SimpleUse): boolean {
  const sign = Object.hasOwn(WAITS, name) ? WAITS[name] : undefined;
  const args = words.slice(1).map(({ text }) => text);
  return sign?.test(args.join(" ")) === true;
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
  return wait && { text: wait.text, because: "it waits, and a change stands behind it" };
}

function each(names: readonly string[], sign: RegExp): Readonly<Record<string, RegExp>> {
  return Object.fromEntries(names.map((name) => [name, sign]));
}
