// What may stand beside a change. Such a line runs outside the sandbox, among the files, processes
// and ports of others: so what else is in it asks the subject alone, and reads nothing but a pipe.
import type { Effect } from "../../domain/effect.ts";
import { FILTERS, readsPipe } from "./pipe-filters.ts";
import type { Scope, ShellWord } from "./scope.ts";

/** They see their words, and the shell itself. */
const WORD_TOOLS: ReadonlySet<string> = new Set([
  ...[":", "basename", "break", "continue", "dirname", "echo", "exit", "expr", "false", "getopts"],
  ...["printf", "pwd", "read", "return", "seq", "set", "shift", "sleep", "tr", "true", "type"],
  ...["umask", "wait", "which"],
]);

/** What they tell, a look is told as well: from a sandbox they are asked outside. */
const ASKING_TOOLS: ReadonlySet<string> = new Set([
  ...["operator", "docker", "docker-compose", "podman", "systemctl", "service", "redis-cli"],
  ...["valkey-cli", "pd-ctl", "/pd-ctl", "ip", "tc", "nft", "iptables", "ip6tables"],
  ...["iptables-save", "ip6tables-save", "curl", "journalctl", "netstat", "ss"],
]);

const LOOKS = "it looks, beside a change: look in one command, change in another";
const WRITES =
  "beside a change: files below /tmp are everybody's then; write in a command that only looks";

export interface Companion {
  readonly name: string;
  readonly words: readonly ShellWord[];
  /** What it does by itself. */
  readonly effects: readonly Effect[];
  readonly scope: Scope;
}

/** Why it may not stand in a line that changes something; undefined when it may. */
export function troubleOfCompanion(companion: Companion): string | undefined {
  const { name, words, effects, scope } = companion;
  // In a container is nothing but the container.
  if (!scope.isChanging || scope.isInside) return undefined;
  // A function's body is judged where it is defined.
  if (scope.facts.firstFunctions.has(name)) return undefined;
  const kinds = effects.map(({ kind }) => kind);
  if (kinds.includes("write")) return WRITES;
  const isChange = kinds.length > 0 && !kinds.includes("read");
  return isChange || isBlind(name, words.slice(1)) ? undefined : LOOKS;
}

/** The same for a file that a redirection opens. */
export function troubleOfFile(kind: "read" | "write", scope: Scope): string | undefined {
  if (!scope.isChanging || scope.isInside) return undefined;
  return kind === "write" ? WRITES : LOOKS;
}

/** A pattern is looked up among files; what is surely a URL matches none. */
export function troubleOfPattern(text: string, scope: Scope): string | undefined {
  const isUrl = /^https?:\/\//.test(text) && !text.includes("..");
  return isUrl ? undefined : troubleOfFile("read", scope);
}

/** Whatever its words are, no file is read that they name, or not here. */
export function isAlwaysBlind(name: string): boolean {
  return WORD_TOOLS.has(name) || ASKING_TOOLS.has(name);
}

function isBlind(name: string, args: readonly ShellWord[]): boolean {
  if (isAlwaysBlind(name)) return true;
  switch (name) {
    case "[":
    case "test":
      return args.every(({ text }) => !text.startsWith("-") || COMPARES.test(text));
    case "date":
      return args.every(
        ({ text, isExact }) => isExact && /^(?:\+.*|-[uR]|-I\w*|--utc)$/.test(text),
      );
    case "tee":
      return args.every(({ text }) => /^(?:-[ai]+|\/dev\/.*)$/.test(text));
    default: {
      const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
      return filter !== undefined && readsPipe(filter, args);
    }
  }
}

/** The others look for files. */
const COMPARES = /^-(?:[anoz]|eq|ne|l[te]|g[te]|\d+)$/;
