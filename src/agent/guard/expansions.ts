// Expansions that are more than a variable's value: sums, and what only bash does with a name.
import type { ArithmeticExpansionPart, ParameterExpansionPart } from "unbash";
import { isSteering } from "./assignments.ts";
import type { Scope } from "./scope.ts";

/** They are the same to every shell, and run no code. */
const PLAIN_OPERATIONS = ["Default", "Remove"];

/** Why it is not plain; undefined when it is. */
export function troubleOfParameter(part: ParameterExpansionPart): string | undefined {
  const { prefix, index, operation, parameter } = part;
  if (prefix === "!" || index || (operation && !PLAIN_OPERATIONS.includes(operation.type))) {
    return "bash only, and the shell is sh";
  }
  const assigns = operation?.type === "Default" && operation.operator.endsWith("=");
  return assigns && isSteering(parameter) ? "it steers what runs" : undefined;
}

const NUMBER = String.raw`[-+!~(\s]*(?:\$?\w+|\$\{\w+\})(?:\+\+|--)?[\s)]*`;
const OPERATOR = "(?:[-+*/%<>=!&|^?:,]{1,3})";
const SUM = new RegExp(`^${NUMBER}(?:${OPERATOR}${NUMBER})*$`);

/**
 * A sum of numbers and of variables whose values are known. What looks otherwise, as in
 * `$((cd x && rm y))`, is two subshells to some shell; and a value that is not known is code to
 * bash when it looks like `a[$(rm x)]`.
 */
export function troubleOfSum(
  { text }: ArithmeticExpansionPart,
  { variables, facts }: Scope,
): string | undefined {
  const sum = /^\$\(\((.*)\)\)$/s.exec(text)?.[1] ?? "";
  if (!SUM.test(sum)) return "no plain sum";
  const names = sum.match(/[A-Za-z_]\w*/g) ?? [];
  if (names.some(isSteering)) return "it steers what runs";
  const isKnown = (name: string) => /^-?\d+$/.test(variables.get(name) ?? "") || facts.counts(name);
  return names.every(isKnown) ? undefined : "what is counted is known only when it runs";
}
