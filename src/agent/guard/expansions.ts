// Expansions that are more than a variable's value: sums, and what only bash does with a name.
import type { ArithmeticExpansionPart, ParameterExpansionPart } from "unbash";
import { isSteering } from "./assignments.ts";
import type { Scope } from "./scope.ts";

/** They are the same to every shell, and run no code. */
const PLAIN_OPERATIONS = ["Default", "Remove"];

/** Why it is not plain; undefined when it is. */
export function troubleOfParameter(part: ParameterExpansionPart): string | undefined {
  const { prefix, index, operation, parameter, text } = part;
  if (prefix === "!" || index || (operation && !PLAIN_OPERATIONS.includes(operation.type))) {
    return "bash only, and the shell is sh";
  }
  // What a quote is within quotes, shells see in different ways.
  if (operation && /['"\\]/.test(text)) return "quotes within an expansion";
  const assigns = operation?.type === "Default" && operation.operator.endsWith("=");
  return assigns && isSteering(parameter) ? "it steers what runs" : undefined;
}

/** A number or a name; or a sign. */
const TOKEN = /\s*(?:(\$?\w+|\$\{\w+\})|[-+*/%<>=!&|^?:,~()])/y;

/** Between two operands stands a sign, and at the end none, but `++` and `--`. */
function isPlainSum(sum: string): boolean {
  let isOperand = false;
  TOKEN.lastIndex = 0;
  const written = sum.trimEnd();
  while (TOKEN.lastIndex < written.length) {
    const found = TOKEN.exec(written);
    if (!found || (isOperand && found[1] !== undefined)) return false;
    isOperand = found[1] !== undefined || (isOperand && found[0].endsWith(")"));
  }
  return isOperand || /\w(?:\+\+|--)\)*$/.test(written);
}

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
  if (!isPlainSum(sum)) return "no plain sum";
  const names = sum.match(/[A-Za-z_]\w*/g) ?? [];
  if (names.some(isSteering)) return "it steers what runs";
  const isKnown = (name: string) => /^-?\d+$/.test(variables.get(name) ?? "") || facts.counts(name);
  return names.every(isKnown) ? undefined : "what is counted is known only when it runs";
}
