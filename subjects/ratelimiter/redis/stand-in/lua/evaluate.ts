// Expressions of a script, by the rules of Lua 5.1.
import { unreachable } from "../../../../../src/domain/errors.ts";
import type { Scope } from "./scope.ts";
import {
  type BinaryOperator,
  type CallExpression,
  type Expression,
  LuaError,
  type TableField,
  type UnaryOperator,
} from "./syntax.ts";
import {
  isTruthy,
  type LuaResult,
  type LuaRun,
  type LuaTable,
  type LuaValue,
  lengthOf,
  numberOf,
  setSlot,
  tableOf,
  textOf,
  typeName,
} from "./values.ts";

/** The first of its values. */
export function* evaluate(expression: Expression, scope: Scope): LuaRun<LuaValue> {
  switch (expression.type) {
    case "constant":
      return expression.value;
    case "name":
      if (scope.isKnown(expression.name)) return scope.read(expression.name);
      throw failAt(
        expression.line,
        `Script attempted to access nonexistent global variable '${expression.name}'`,
      );
    case "index": {
      const table = indexed(yield* evaluate(expression.object, scope), expression.line);
      const key = yield* evaluate(expression.key, scope);
      return key === undefined ? undefined : table.slots.get(key);
    }
    case "call":
      return (yield* call(expression, scope))[0];
    case "binary":
      return yield* evaluateBinary(expression, scope);
    case "unary":
      return unary(expression.operator, {
        value: yield* evaluate(expression.operand, scope),
        line: expression.line,
      });
    case "function":
      return scope.makeFunction(expression, scope);
    case "table":
      return yield* makeTable(expression.fields, scope);
    case "first":
      return yield* evaluate(expression.of, scope);
    default:
      return unreachable(expression);
  }
}

/** One value for each, and all values of the last one. */
export function* evaluateAll(
  expressions: readonly Expression[],
  scope: Scope,
): LuaRun<readonly LuaValue[]> {
  const values: LuaValue[] = [];
  for (const [index, expression] of expressions.entries()) {
    if (expression.type === "call" && index === expressions.length - 1) {
      values.push(...(yield* call(expression, scope)));
    } else values.push(yield* evaluate(expression, scope));
  }
  return values;
}

/** What can be indexed: throws for all else. */
export function indexed(value: LuaValue, line: number): LuaTable {
  if (typeof value === "object" && value.type === "table") return value;
  throw failAt(line, `attempt to index a ${typeName(value)} value`);
}

export function failAt(line: number, message: string): LuaError {
  return new LuaError(`user_script:${line}: ${message}`);
}

function* call({ callee, args, line }: CallExpression, scope: Scope): LuaRun<LuaResult> {
  const target = yield* evaluate(callee, scope);
  if (typeof target !== "object" || target.type !== "function") {
    throw failAt(line, `attempt to call a ${typeName(target)} value`);
  }
  const values = yield* evaluateAll(args, scope);
  const result = runAt(line, () => target.call(values));
  return isResult(result) ? result : yield* result;
}

/** What is built in does not know at which line it is called. */
function runAt<T>(line: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof LuaError) || /^user_script:/.test(error.message)) throw error;
    throw failAt(line, error.message);
  }
}

function isResult(result: LuaResult | LuaRun<LuaResult>): result is LuaResult {
  return Array.isArray(result);
}

function* evaluateBinary(
  { operator, left, right, line }: Extract<Expression, { type: "binary" }>,
  scope: Scope,
): LuaRun<LuaValue> {
  const first = yield* evaluate(left, scope);
  if (operator === "and" && !isTruthy(first)) return first;
  if (operator === "or" && isTruthy(first)) return first;
  const second = yield* evaluate(right, scope);
  return binary(operator, { left: first, right: second, line });
}

interface Operands {
  readonly left: LuaValue;
  readonly right: LuaValue;
  readonly line: number;
}

function binary(operator: BinaryOperator, operands: Operands): LuaValue {
  const { left, right } = operands;
  switch (operator) {
    case "and":
    case "or":
      return right;
    case "==":
      return left === right;
    case "~=":
      return left !== right;
    case "<":
      return isLess(operands);
    case ">":
      return isLess({ ...operands, left: right, right: left });
    case "<=":
      return !isLess({ ...operands, left: right, right: left }) && !hasNaN(operands);
    case ">=":
      return !isLess(operands) && !hasNaN(operands);
    case "..":
      return joined(operands);
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
    case "^":
      return computed(operator, operands);
    default:
      return unreachable(operator);
  }
}

function isLess({ left, right, line }: Operands): boolean {
  if (typeof left === "number" && typeof right === "number") return left < right;
  if (typeof left === "string" && typeof right === "string") return left < right;
  const [one, other] = [typeName(left), typeName(right)];
  if (one === other) throw failAt(line, `attempt to compare two ${one} values`);
  throw failAt(line, `attempt to compare ${one} with ${other}`);
}

function hasNaN({ left, right }: Operands): boolean {
  return Number.isNaN(left) || Number.isNaN(right);
}

function joined({ left, right, line }: Operands): string {
  const [one, other] = [textOf(left), textOf(right)];
  if (one !== undefined && other !== undefined) return one + other;
  throw failAt(
    line,
    `attempt to concatenate a ${typeName(one === undefined ? left : right)} value`,
  );
}

function computed(
  operator: "+" | "-" | "*" | "/" | "%" | "^",
  { left, right, line }: Operands,
): number {
  const [one, other] = [numberOf(left), numberOf(right)];
  if (one === undefined || other === undefined) {
    const culprit = one === undefined ? left : right;
    throw failAt(line, `attempt to perform arithmetic on a ${typeName(culprit)} value`);
  }
  switch (operator) {
    case "+":
      return one + other;
    case "-":
      return one - other;
    case "*":
      return one * other;
    case "/":
      return one / other;
    case "%":
      return one - Math.floor(one / other) * other;
    case "^":
      return one ** other;
    default:
      return unreachable(operator);
  }
}

function unary(
  operator: UnaryOperator,
  { value, line }: { readonly value: LuaValue; readonly line: number },
): LuaValue {
  if (operator === "not") return !isTruthy(value);
  if (operator === "#") {
    if (typeof value === "string") return value.length;
    if (typeof value === "object" && value.type === "table") return lengthOf(value);
    throw failAt(line, `attempt to get length of a ${typeName(value)} value`);
  }
  const number = numberOf(value);
  if (number !== undefined) return -number;
  throw failAt(line, `attempt to perform arithmetic on a ${typeName(value)} value`);
}

function* makeTable(fields: readonly TableField[], scope: Scope): LuaRun<LuaTable> {
  const listed = fields.flatMap(({ key, value }) => (key ? [] : [value]));
  const table = tableOf(yield* evaluateAll(listed, scope));
  for (const { key, value } of fields) {
    if (key) setSlot(table, yield* evaluate(key, scope), yield* evaluate(value, scope));
  }
  return table;
}
