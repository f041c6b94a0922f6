// In a sandbox the shell numbers its own processes, from 1 on: `$!`, `$$`. What is asked of there,
// /proc, ps and kill, are the machine's, where other processes have these numbers.
import { forEachChild, type ParsedScript, type SyntaxNode } from "unbash";
import type { Effect } from "../../domain/effect.ts";
import { effectBecause, type Scope } from "./scope.ts";

const OWN: ReadonlySet<string> = new Set(["!", "$", "BASHPID", "PPID"]);

/** A path whose number is known only when it runs; `{}` is what xargs and find put there. */
const OPEN_PATH = /(?:^|[^\w.-])proc\/\S*[$`{]/;
const ASKING = /(?:^|\/)(?:fuser|kill|lsof|pgrep|pidstat|ps|pstree|top)$/;
const OPEN_WORD = /[$`]/;

const BECAUSE =
  "a sandbox numbers processes anew, and $! or $$ is another outside: wait $! tells how one " +
  "ended, and timeout 5 ends what hangs";

/** Of a line in which both stand: which of them meets which, variables and pipes may hide. */
export function effectsOfOwnNumbers(script: ParsedScript, scope: Scope): readonly Effect[] {
  if (scope.isInside || scope.knowledge.isUnheld) return [];
  let hasOwn = false;
  const asked: string[] = [];
  const visit = (node: SyntaxNode): void => {
    hasOwn ||= isOwn(node);
    if (asks(node)) asked.push("text" in node ? node.text : "kill or ps");
    forEachChild(node, visit);
  };
  visit(script);
  const [first] = asked;
  if (!hasOwn || first === undefined) return [];
  const words = [{ text: first, isExact: true }];
  return [effectBecause({ kind: "foreign", words, because: BECAUSE })];
}

function isOwn(node: SyntaxNode): boolean {
  switch (node.type) {
    case "SimpleExpansion":
      return OWN.has(node.text.slice(1));
    case "ParameterExpansion":
      return OWN.has(node.parameter);
    case "Command":
      return node.name?.value === "jobs";
    default:
      return false;
  }
}

/** Of a pipe as a whole: what ps shows, another looks for. */
function asks(node: SyntaxNode): boolean {
  if (node.type === "Word") return OPEN_PATH.test(node.text);
  if (node.type !== "Command" && node.type !== "Pipeline") return false;
  const words = wordsIn(node);
  return words.some((word) => ASKING.test(word)) && words.some((word) => OPEN_WORD.test(word));
}

function wordsIn(node: SyntaxNode): readonly string[] {
  const words: string[] = [];
  forEachChild(node, (child) => {
    words.push(...(child.type === "Word" ? [child.text] : wordsIn(child)));
  });
  return words;
}
