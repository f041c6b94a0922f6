// What a whole script says about its names: which functions it defines, and which variables keep
// the value that they are seen with.
import {
  type Assignment,
  forEachChild,
  type ParsedScript,
  type Redirection,
  type SyntaxNode,
} from "unbash";

export interface ScriptFacts {
  readonly functions: ReadonlySet<string>;
  /** Those that are defined before anything runs: their names are certainly theirs. */
  readonly firstFunctions: ReadonlySet<string>;
  readonly changesFolder: boolean;
  /** What a part of it prints may be taken by another, by a file or by a variable. */
  readonly handsOn: boolean;
  /** Assignments that come first, before anything runs, and are the only ones of their names. */
  readonly constants: readonly Assignment[];
  /** True for a variable that nothing but `name=$((…))` and `name=1` gives a value. */
  counts(variable: string): boolean;
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

/** The shell gives them values by itself. */
const SHELL_OWN = new RegExp(
  "^(?:_|PWD|OLDPWD|PPID|LINENO|S?RANDOM|SECONDS|EPOCH.*|E?UID|GROUPS|OPT.*|REPLY|HOSTNAME" +
    "|DIRSTACK|FUNCNAME|HIST.*|BASH.*|PIPESTATUS|COLUMNS|LINES|SHLVL)$",
);

/** Wherever they stand: what they run may be one of those, or a change of folder, in this shell. */
const RUNS_BUILTINS: ReadonlySet<string> = new Set(["builtin", "command", "eval", "trap"]);

export const FOLDER_CHANGERS: ReadonlySet<string> = new Set(["cd", "chdir", "pushd", "popd"]);

/** `$((n = 1))`, `$((n += 1))`, `$((n++))`; comparisons have their sign doubled. */
const ARITHMETIC_SETTER = /[^=!<>]=(?!=)|<<=|>>=|\+\+|--/;

export function readScriptFacts(script: ParsedScript): ScriptFacts {
  const functions = new Set<string>();
  const assigned: string[] = [];
  const texts = new Map<string, string>();
  const loops = new Set<string>();
  /** `${x:=value}` may set them. */
  const expanded = new Set<string>();
  let hasSetter = false;
  let changesFolder = false;
  let handsOn = false;
  const visit = (node: SyntaxNode): void => {
    handsOn ||= isTaking(node);
    if (node.type === "Function") functions.add(node.name.value);
    if (node.type === "Assignment") {
      assigned.push(node.name);
      texts.set(
        node.name,
        `${texts.get(node.name) ?? ""}${node.value?.type === "Word" ? node.value.text : ""} `,
      );
    }
    if (node.type === "ParameterExpansion" && node.operation) {
      assigned.push(node.parameter);
      expanded.add(node.parameter);
    }
    if (node.type === "ArithmeticExpansion") hasSetter ||= ARITHMETIC_SETTER.test(node.text);
    if (node.type === "For") {
      if (loops.has(node.name.value)) assigned.push(node.name.value);
      loops.add(node.name.value);
    }
    // A name that is not plain may turn out to be one of them.
    if (node.type === "Command" && node.name) {
      const name = node.name.value;
      const words = [
        name,
        ...node.args.map((word) => (word.type === "Word" ? word.value : word.text)),
      ];
      const isOpen = node.name.parts !== undefined || words.some((word) => RUNS_BUILTINS.has(word));
      hasSetter ||= isOpen || SETTERS.has(name);
      changesFolder ||= isOpen || FOLDER_CHANGERS.has(name);
    }
    forEachChild(node, visit);
  };
  visit(script);
  // Another IFS splits every value in another way.
  const isUnsettled = hasSetter || assigned.includes("IFS");
  const isOnlyOne = ({ name }: Assignment) =>
    !isUnsettled &&
    !SHELL_OWN.test(name) &&
    !loops.has(name) &&
    assigned.filter((other) => other === name).length === 1;
  const isSettled = (variable: string) =>
    !isUnsettled && !SHELL_OWN.test(variable) && !assigned.includes(variable);
  const constants = leadingAssignments(script).filter(isOnlyOne);
  const counts = (variable: string) =>
    !hasSetter &&
    !loops.has(variable) &&
    !expanded.has(variable) &&
    /^(?:(?:\d+|\$\(\(.*\)\)) )+$/.test(texts.get(variable) ?? "");
  const firstFunctions = new Set(leadingFunctions(script));
  return { functions, firstFunctions, changesFolder, handsOn, constants, counts, isSettled };
}

function isTaking(node: SyntaxNode): boolean {
  switch (node.type) {
    case "Pipeline":
      return node.commands.length > 1;
    case "CommandExpansion":
    case "Function":
    case "ProcessSubstitution":
      return true;
    case "Redirect":
      return isToFile(node);
    default:
      return false;
  }
}

/** Not `2>&1`, nor what is thrown away. */
function isToFile({ operator, target }: Extract<Redirection, { type: "Redirect" }>): boolean {
  const isOutput = operator.includes(">");
  return isOutput && !(operator === ">&" ? /^\d$/ : /^\/dev\/null$/).test(target?.text ?? "");
}

/** Up to the first statement that is more than a definition or plain assignments. */
function leadingFunctions({ commands }: ParsedScript): readonly string[] {
  const found: string[] = [];
  for (const { command, background } of commands) {
    const isAssigning = command.type === "Command" && !command.name;
    if (background || !(command.type === "Function" || isAssigning)) break;
    if (command.type === "Function") found.push(command.name.value);
  }
  return found;
}

/** Up to the first that is more than plain assignments: until there, each one happens. */
function leadingAssignments({ commands }: ParsedScript): readonly Assignment[] {
  const found: Assignment[] = [];
  for (const { command, background } of commands) {
    if (background) break;
    const steps = command.type === "AndOr" ? command.commands : [command];
    for (const [index, step] of steps.entries()) {
      const own = plainAssignments(step);
      if (own === undefined) return found;
      found.push(...own);
      // What stands behind it in a list happens only if this cannot fail.
      const isSure = command.type !== "AndOr" || command.operators[index] === "&&";
      if (index < steps.length - 1 && !(isSure && own.every(cannotFail))) return found;
    }
  }
  return found;
}

/** Undefined for what is more than that. */
function plainAssignments(node: SyntaxNode): readonly Assignment[] | undefined {
  if (node.type !== "Command" || node.name || node.redirects.length > 0) return undefined;
  const plain = node.prefix.filter((one) => one.type === "Assignment");
  const isPlain = plain.every(({ append, index }) => !append && !index);
  return isPlain && plain.length === node.prefix.length ? plain : undefined;
}

/** It ends as the command within it does, if there is one. */
function cannotFail(node: SyntaxNode): boolean {
  if (node.type === "CommandExpansion") return false;
  let isSure = true;
  forEachChild(node, (child) => {
    isSure &&= cannotFail(child);
  });
  return isSure;
}
