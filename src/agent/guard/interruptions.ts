// What takes a member away was judged by how things stand now: so it has to happen now, once, and
// where it is written. Behind a wait or in a loop it would strike another moment.
import { type Command, forEachChild, type ParsedScript, type SyntaxNode } from "unbash";
import type { Effect } from "../../domain/effect.ts";

/** They take no time. */
const QUICK: ReadonlySet<string> = new Set([
  ...[":", "[", "cd", "date", "echo", "export", "printf", "pwd", "set", "test", "true"],
]);

/** The same, by their first words: they look once. */
const QUICK_CALLS = /^(?:operator subject status|docker (?:ps|inspect))(?: [\w /.-]*)?$/;

/** They run later, more than once, or what is written elsewhere. */
const REPEATERS: ReadonlySet<string> = new Set([
  ...["ash", "bash", "dash", "sh", "eval", "find", "trap", "watch", "xargs"],
]);

/** A command that is given less time may be cut off before it shows what it did. */
const TIMEOUT_S_MIN = 30;

/** Why not, for the first that is not so; undefined when all are, or there are none. */
export function troubleOfInterruptions(
  script: ParsedScript,
  effectsOf: (node: SyntaxNode) => readonly Effect[],
): string | undefined {
  const steps = script.commands.flatMap(({ command, background }): Step[] =>
    (command.type === "AndOr" ? command.commands : [command]).map((node) => ({
      node,
      struck: effectsOf(node).flatMap(({ kind, targets }) =>
        kind === "interrupt" ? [targets] : [],
      ),
      isBackground: background === true,
    })),
  );
  const last = steps.findLastIndex(({ struck }) => struck.length > 0);
  const upToLast = steps.slice(0, last + 1);
  if (!upToLast.every(isPrompt))
    return "an interruption stands first in its line, plainly, and once";
  // While one is carried out things go on.
  const count = upToLast.filter(({ struck }) => struck.length > 0).length;
  return count > 1 ? "one interruption at a time" : undefined;
}

interface Step {
  readonly node: SyntaxNode;
  /** What each of its interruptions takes away. */
  readonly struck: readonly (readonly string[])[];
  readonly isBackground: boolean;
}

function isPrompt({ node, struck, isBackground }: Step): boolean {
  if (struck.length === 0) return node.type === "Command" && isQuick(node);
  if (struck.length > 1 || isBackground) return false;
  const commands = node.type === "Pipeline" ? node.commands : [node];
  return commands.every((one) => one.type === "Command" && isDirect(one));
}

function isQuick(command: Command): boolean {
  const words = wordsOf(command);
  return isWrittenOut(command) && (QUICK.has(words[0] ?? ":") || QUICK_CALLS.test(words.join(" ")));
}

function isDirect(command: Command): boolean {
  const words = wordsOf(command);
  if (!isWrittenOut(command) || words.some((word) => REPEATERS.has(nameOf(word)))) return false;
  return hasTime(words) && !goesOn(words);
}

/** Of each `timeout` within another as well. */
function hasTime(words: readonly string[]): boolean {
  return words.every((word, index) => {
    if (nameOf(word) !== "timeout") return true;
    const seconds = words.slice(index + 1).find((next) => /^\d/.test(next)) ?? "";
    return /^\d+[smh]?$/.test(seconds) && Number.parseInt(seconds, 10) >= TIMEOUT_S_MIN;
  });
}

/** It is over before its signal has done what it does, but for the one that nobody withstands. */
function goesOn(words: readonly string[]): boolean {
  const signals = words.flatMap((word, index) => {
    if (/^(?:-s|--signal)$/.test(word)) return words[index + 1] ?? "";
    return /^(?:-s|--signal=)(.+)$/.exec(word)?.[1] ?? [];
  });
  const ends = /^(?:SIG)?KILL$|^9$/;
  return words.includes("kill") && signals.some((signal) => !ends.test(signal));
}

function wordsOf({ name, args }: Command): readonly string[] {
  return [...(name ? [name] : []), ...args].map((word) =>
    word.type === "Word" ? word.value : word.text,
  );
}

function nameOf(word: string): string {
  return word.slice(word.lastIndexOf("/") + 1);
}

/** What stands within it in `$( )`, or is read from a file or a named pipe, may take its time. */
function isWrittenOut(node: SyntaxNode): boolean {
  if (["CommandExpansion", "ArithmeticExpansion", "ProcessSubstitution"].includes(node.type)) {
    return false;
  }
  if (node.type === "Redirect" && node.operator.startsWith("<")) return false;
  let isPlain = true;
  forEachChild(node, (child) => {
    isPlain &&= isWrittenOut(child);
  });
  return isPlain;
}
