// What a redirection or a write does to the file that it names.
import { posix } from "node:path";
import type { Redirect } from "unbash";
import type { Effect } from "../../domain/effect.ts";
import { effectBecause, type Scope, type ShellWord } from "./scope.ts";
import { readWord } from "./shell-words.ts";

const SINKS: ReadonlySet<string> = new Set([
  "/dev/null",
  "/dev/stderr",
  "/dev/stdout",
  "/dev/fd/1",
  "/dev/fd/2",
]);

export function classifyRedirect(redirect: Redirect, scope: Scope): readonly Effect[] {
  const { operator, target } = redirect;
  const word: ShellWord = target ? readWord(target, scope) : { text: "", isExact: false };
  const shown = { text: `${operator} ${word.text}`, isExact: true };
  switch (operator) {
    case "<":
      // bash opens a connection for these names.
      return /^\/dev\/(tcp|udp)\//.test(word.text)
        ? [effectBecause({ kind: "unknown", words: [shown], because: "a connection" })]
        : [];
    case "<&":
    case ">&":
      return /^(\d+|-)$/.test(word.text) ? [] : writeTo(word, scope);
    case "&>":
    case "&>>":
      return [
        effectBecause({
          kind: "hidden",
          words: [shown],
          because: "bash only, and the shell is sh",
        }),
      ];
    default:
      return writeTo(word, scope);
  }
}

/** What writing to the named file is: nothing for a sink, destruction for what must be kept. */
export function writeTo(word: ShellWord, scope: Scope): readonly Effect[] {
  if (word.isExact && SINKS.has(word.text)) return [];
  const shown = { text: `> ${word.text}`, isExact: true };
  if (isProtected(word, scope)) {
    return [
      effectBecause({
        kind: "destroy",
        words: [shown],
        because: "operator's own files and the subject's data",
      }),
    ];
  }
  if (/^\/dev\//.test(word.text))
    return [effectBecause({ kind: "destroy", words: [shown], because: "a device" })];
  return [effectBecause({ kind: "unknown", words: [shown], because: "writes a file" })];
}

/** Whether the word, read as a path or as `option=path`, lies among the protected ones. */
export function isProtected({ text }: ShellWord, scope: Scope): boolean {
  const { cwd, protectedPaths } = scope.knowledge;
  const path = posix.resolve(cwd, text.replace(/^[\w-]*=/, ""));
  // A prefix, not a folder: `tickets.db` has companions such as `tickets.db-wal`.
  return protectedPaths.some((one) => path.startsWith(one) || one.startsWith(`${path}/`));
}
