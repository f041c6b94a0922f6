// The second wall of what no sandbox holds. The tables say what a call does, by the words they find
// in it; here it is read once more, from left to right, as the program itself reads it: known
// options, each once and with its value, the verb, and what stands behind it. A call that is in no
// such form is not understood, whatever the tables say of it.
import { DOCKER, DOCKER_COMPOSE, PODMAN } from "./forms-of-containers.ts";
import { DMESG, GREP, JOURNALCTL, PING, SORT, SYSTEMCTL } from "./forms-of-machine.ts";
import { CURL, ETCD_CTL, PD_CTL, REDIS_CLI, TIKV_CTL } from "./forms-of-members.ts";
import { type Grammar, isInForm } from "./grammar.ts";
import type { Scope, ShellWord } from "./scope.ts";

interface Walled {
  readonly grammar: Grammar;
  /** What a sandbox lets through of it is judged again on its way. */
  readonly isHeld?: true;
}

const WALLED: ReadonlyMap<string, Walled> = new Map<string, Walled>([
  ["docker", { grammar: DOCKER }],
  ["podman", { grammar: PODMAN }],
  ["docker-compose", { grammar: DOCKER_COMPOSE }],
  ["systemctl", { grammar: SYSTEMCTL }],
  ["journalctl", { grammar: JOURNALCTL }],
  ["dmesg", { grammar: DMESG }],
  ["pd-ctl", { grammar: PD_CTL }],
  ["/pd-ctl", { grammar: PD_CTL }],
  ["tikv-ctl", { grammar: TIKV_CTL }],
  ["/tikv-ctl", { grammar: TIKV_CTL }],
  ["etcdctl", { grammar: ETCD_CTL }],
  ["grep", { grammar: GREP, isHeld: true }],
  ["egrep", { grammar: GREP, isHeld: true }],
  ["fgrep", { grammar: GREP, isHeld: true }],
  ["zgrep", { grammar: GREP, isHeld: true }],
  ["sort", { grammar: SORT, isHeld: true }],
  ["ping", { grammar: PING, isHeld: true }],
  ["redis-cli", { grammar: REDIS_CLI, isHeld: true }],
  ["valkey-cli", { grammar: REDIS_CLI, isHeld: true }],
  ["curl", { grammar: CURL, isHeld: true }],
]);

export function isWalled(name: string): boolean {
  return WALLED.has(name);
}

/** Undefined when nothing stands against it. Who is asked outside is judged again there. */
export function troubleOfForm(
  name: string,
  words: readonly ShellWord[],
  { isChanging, isInside, knowledge }: Scope,
): string | undefined {
  const walled = WALLED.get(name);
  const isOpen = isChanging || isInside || knowledge.isUnheld === true;
  if (walled === undefined || (walled.isHeld && !isOpen)) return undefined;
  if (!isOpen && words.some(({ isExact }) => !isExact)) return undefined;
  const args = words.slice(1).map(({ text }) => text);
  if (isInForm(walled.grammar, args)) return undefined;
  return `in no form of ${name} that is known here: plainly, options once and where it has them`;
}
