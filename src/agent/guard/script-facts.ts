// What a whole script says about its names: which functions it defines, and which variables keep
// the value that they are seen with.
import { forEachChild, type SyntaxNode } from "unbash";

export interface ScriptFacts {
  readonly functions: ReadonlySet<string>;
  /** True when nothing in the script gives the variable another value than its one loop does. */
  isSettled(variable: string): boolean;
}

/** Commands that set variables which no assignment names. */
const SETTERS: ReadonlySet<string> = new Set([
  ".",
  "declare",
  "eval",
  "export",
  "getopts",
  "let",
  "local",
  "mapfile",
  "printf",
  "read",
  "readarray",
  "readonly",
  "source",
  "typeset",
  "unset",
]);

export function readScriptFacts(script: SyntaxNode): ScriptFacts {
  const functions = new Set<string>();
  const assigned = new Set<string>();
  const loops = new Set<string>();
  let hasSetter = false;
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Function") functions.add(node.name.value);
    if (node.type === "Assignment") assigned.add(node.name);
    if (node.type === "ParameterExpansion" && node.operation) assigned.add(node.parameter);
    if (node.type === "For") (loops.has(node.name.value) ? assigned : loops).add(node.name.value);
    // A name that is not plain may turn out to be one of them.
    if (node.type === "Command" && node.name) {
      hasSetter ||= node.name.parts !== undefined || SETTERS.has(node.name.value);
    }
    forEachChild(node, visit);
  };
  visit(script);
  // Another IFS splits every value in another way.
  const isUnsettled = hasSetter || assigned.has("IFS");
  return { functions, isSettled: (variable) => !isUnsettled && !assigned.has(variable) };
}
