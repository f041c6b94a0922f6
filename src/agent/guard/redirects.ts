// What a redirection or a write does to the file that it names.
import type { HereDoc, Redirect } from "unbash";
import type { Effect } from "../../domain/effect.ts";
import { troubleOfFile } from "./companions.ts";
import { troubleOfPlace } from "./forbidden-places.ts";
import {
  isCertainPath,
  isForeignMemory,
  isProtected,
  isScratch,
  isSecret,
  isTemporary,
} from "./paths.ts";
import { effectBecause, type Scope, type ShellWord } from "./scope.ts";
import { readWord } from "./shell-words.ts";
import { isEndless } from "./short-looks.ts";

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
  const words = [{ text: `${operator} ${word.text}`, isExact: true }];
  // Of several digits some shells take the last, and the others for a word.
  if (redirect.descriptor?.type === "FileDescriptor" && redirect.descriptor.value > 9) {
    return [effectBecause({ kind: "hidden", words, because: "not read by all shells alike" })];
  }
  switch (operator) {
    case "<":
      return readFrom(word, { words, scope });
    case "<&":
    case ">&":
      // Another file than is written: bash expands what is in quotes there, too.
      if (word.isExact && /^(?:\d+|-)$/.test(word.text)) return [];
      return [effectBecause({ kind: "hidden", words, because: "not read by all shells alike" })];
    case "&>":
    case "&>>":
      return [effectBecause({ kind: "hidden", words, because: "bash only, and the shell is sh" })];
    case ">":
      if (scope.isOwnStart && word.isExact && NEW_LOG.test(word.text)) return newLog(words);
      return writeTo(word, scope);
    default:
      return writeTo(word, scope);
  }
}

/** What a start prints, where nothing is yet; else neither file nor start. */
const NEW_LOG = /^\/tmp\/\w[\w-]*\.(?:err|log|out|txt)$/;

function newLog(words: readonly ShellWord[]): readonly Effect[] {
  return [effectBecause({ kind: "write", words, because: "a file that is not there yet" })];
}

const DELIMITER = /^(?:\w+|\\\w+|'\w+'|"\w+")$/;

/** Where its text ends, and whether it is code, two shells must see in the same way. */
export function troubleOfHereDoc({ delimiter, closing, body }: HereDoc): string | undefined {
  if (!DELIMITER.test(delimiter?.text ?? "")) return "a delimiter that is no plain word";
  // In such a text quotes are none: what they seem to keep from the shell is expanded.
  const isExpanded = delimiter?.quoted !== true;
  if (isExpanded && /\$\{(?!\w+\})/.test(body.text)) return "an expansion with a text of its own";
  return closing ? undefined : "a here-document without its end";
}

interface Read {
  readonly words: readonly ShellWord[];
  readonly scope: Scope;
}

function readFrom(word: ShellWord, { words, scope }: Read): readonly Effect[] {
  if (isSecret(word, scope)) {
    return [effectBecause({ kind: "oversight", words, because: "operator's own files" })];
  }
  if (isForeignMemory(word)) {
    return [effectBecause({ kind: "oversight", words, because: "memory of another process" })];
  }
  const place = troubleOfPlace(word, scope);
  if (place !== undefined) return [effectBecause({ kind: "foreign", words, because: place })];
  if (scope.isInside && isEndless(word)) {
    return [effectBecause({ kind: "hidden", words, because: "it has no end" })];
  }
  const isNothing = word.isExact && word.text === "/dev/null";
  const trouble = isNothing ? undefined : troubleOfFile("read", scope);
  if (trouble !== undefined) return [effectBecause({ kind: "hidden", words, because: trouble })];
  // bash opens a connection for these names.
  if (!/^\/dev\/(tcp|udp)\//.test(word.text)) return [];
  return [effectBecause({ kind: "hidden", words, because: "a connection" })];
}

/** What writing to the named file is: nothing for a sink, destruction outside of scratch. */
export function writeTo(word: ShellWord, scope: Scope): readonly Effect[] {
  if (word.isExact && SINKS.has(word.text)) return [];
  const words = [{ text: `> ${word.text}`, isExact: true }];
  if (isScratch(word, scope)) {
    const trouble = troubleOfFile("write", scope);
    if (trouble !== undefined) return [effectBecause({ kind: "hidden", words, because: trouble })];
    return [effectBecause({ kind: "write", words, because: "a temporary file" })];
  }
  if (isProtected(word, scope)) {
    const because = "operator's own files and the subject's data";
    return [effectBecause({ kind: "destroy", words, because })];
  }
  if (!isCertainPath(word, scope)) {
    const because = "which file that is, is known only when it runs";
    return [effectBecause({ kind: "hidden", words, because })];
  }
  if (isTemporary(word, scope)) {
    const because = "without a sandbox files below /tmp are everybody's, or a member's";
    return [effectBecause({ kind: "unknown", words, because })];
  }
  const because = `only files below ${scope.knowledge.cwd} may be overwritten`;
  return [effectBecause({ kind: "destroy", words, because })];
}
