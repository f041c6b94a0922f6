// Judges one simple command by its name: a wrapper around another, a tool with rules of its own, a
// tool that only reads. A name that is in no table is unknown.
import type { Effect } from "../../domain/effect.ts";
import { classifyAssignedWord } from "./assignments.ts";
import { classifyCurl } from "./curl.ts";
import { FILE_TOOLS } from "./file-tools.ts";
import { classifyOperator } from "./operator-verbs.ts";
import { PROCESS_TOOLS } from "./process-tools.ts";
import { isReadOnlyUse } from "./read-only-tools.ts";
import { isProtected } from "./redirects.ts";
import { type Classifier, effectBecause, effectOf, type Scope, type ShellWord } from "./scope.ts";
import { TEXT_TOOLS } from "./text-tools.ts";
import { VERB_TOOLS } from "./verb-tools.ts";
import { WRAPPERS } from "./wrappers.ts";

const CLASSIFIERS: ReadonlyMap<string, Classifier> = new Map<string, Classifier>([
  ...Object.entries(WRAPPERS),
  ...Object.entries(FILE_TOOLS),
  ...Object.entries(TEXT_TOOLS),
  ...Object.entries(PROCESS_TOOLS),
  ...Object.entries(VERB_TOOLS),
  ["curl", classifyCurl],
  ["operator", classifyOperator],
  ["export", classifyDeclaration],
  ["local", classifyDeclaration],
  ["readonly", classifyDeclaration],
  ["cd", classifyChangeOfFolder],
]);

/** No words: nothing runs. */
export function classifySimple(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const [first] = words;
  if (!first) return [];
  if (!first.isExact)
    return [
      effectBecause({ kind: "hidden", words, because: "its name is known only when it runs" }),
    ];
  const name = programName(first.text);
  const classify = CLASSIFIERS.get(name);
  if (classify) return classify(words, scope);
  if (isReadOnlyUse(name, words.slice(1))) return [effectOf({ kind: "read", words, scope })];
  // A function's body is judged where it is defined.
  if (scope.facts.functions.has(name)) return [];
  return classifyUnknown(words, scope);
}

/** `/usr/bin/cat` is `cat`; a program from anywhere else is not what its name says. */
function programName(text: string): string {
  return /^\/(?:usr\/)?(?:local\/)?s?bin\/([^/]+)$/.exec(text)?.[1] ?? text;
}

function classifyUnknown(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  if (words.slice(1).some((word) => isProtected(word, scope))) {
    return [
      effectBecause({
        kind: "destroy",
        words,
        because: "operator's own files and the subject's data",
      }),
    ];
  }
  return [effectOf({ kind: "unknown", words, scope })];
}

function classifyDeclaration(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const names = words.slice(1).filter(({ text }) => !text.startsWith("-"));
  return [
    effectOf({ kind: "read", words, scope }),
    ...names.flatMap(({ text }) => classifyAssignedWord(text)),
  ];
}

/** From inside them, operator's own files would be reached by names that do not show it. */
function classifyChangeOfFolder(words: readonly ShellWord[], scope: Scope): readonly Effect[] {
  const folder = words.slice(1).find(({ text }) => text !== "-" && text !== "--");
  if (folder?.isExact && !isProtected(folder, scope))
    return [effectOf({ kind: "read", words, scope })];
  return [
    effectBecause({ kind: "unknown", words, because: "name files by their full path instead" }),
  ];
}
