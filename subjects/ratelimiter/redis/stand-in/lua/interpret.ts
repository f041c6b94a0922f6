// Runs a parsed script. Everything that can take long is a generator which yields at each turn of a
// loop and each call of a function: whoever drives it may look after others, or end it there.
import { unreachable } from "../../../../../src/domain/errors.ts";
import { evaluate, evaluateAll, failAt, indexed } from "./evaluate.ts";
import { type MakeFunction, Scope } from "./scope.ts";
import {
  type Block,
  type Expression,
  type FunctionExpression,
  LuaError,
  type Statement,
} from "./syntax.ts";
import {
  isTruthy,
  type LuaResult,
  type LuaRun,
  type LuaValue,
  numberOf,
  setSlot,
} from "./values.ts";

/** How a block came to its end before its last statement. */
type Leaving = { readonly type: "return"; readonly values: LuaResult } | { readonly type: "break" };

// LUAI_MAXCCALLS is 200 in lua 5.1; ours are deeper.
const CALLS_MAX = 150;

/** What the script returns. Throws LuaError. */
export function* runLua(block: Block, globals: ReadonlyMap<string, LuaValue>): LuaRun<LuaResult> {
  const leaving = yield* runBlock(block, Scope.outermost(globals, functionMaker()));
  return leaving?.type === "return" ? leaving.values : [];
}

/** One for each run: it counts the calls that have not returned. */
function functionMaker(): MakeFunction {
  let calls = 0;
  return (expression, outer) => ({
    type: "function",
    call(args) {
      calls += 1;
      if (calls > CALLS_MAX) throw new LuaError("stack overflow");
      return runFunction(expression, { outer, args, end: () => (calls -= 1) });
    },
  });
}

interface FunctionCall {
  readonly outer: Scope;
  readonly args: LuaResult;
  readonly end: () => void;
}

function* runFunction(
  { parameters, body }: FunctionExpression,
  { outer, args, end }: FunctionCall,
): LuaRun<LuaResult> {
  yield;
  const scope = outer.inner();
  for (const [index, name] of parameters.entries()) scope.declare(name, args[index]);
  const leaving = yield* runBlock(body, scope);
  end();
  return leaving?.type === "return" ? leaving.values : [];
}

function* runBlock(block: Block, scope: Scope): LuaRun<Leaving | undefined> {
  for (const statement of block) {
    const leaving = yield* runStatement(statement, scope);
    if (leaving) return leaving;
  }
  return undefined;
}

function* runStatement(statement: Statement, scope: Scope): LuaRun<Leaving | undefined> {
  switch (statement.type) {
    case "local": {
      const values = yield* evaluateAll(statement.values, scope);
      for (const [index, name] of statement.names.entries()) scope.declare(name, values[index]);
      return undefined;
    }
    case "local_function":
      scope.declare(statement.name, undefined);
      scope.assign(statement.name, scope.makeFunction(statement.value, scope));
      return undefined;
    case "assign":
      yield* assign(statement, scope);
      return undefined;
    case "call":
      yield* evaluateAll([statement.call], scope);
      return undefined;
    case "if":
      for (const { condition, body } of statement.branches) {
        if (isTruthy(yield* evaluate(condition, scope)))
          return yield* runBlock(body, scope.inner());
      }
      return yield* runBlock(statement.otherwise, scope.inner());
    case "while":
    case "repeat":
      return yield* runLoop(statement, scope);
    case "for":
      return yield* runFor(statement, scope);
    case "do":
      return yield* runBlock(statement.body, scope.inner());
    case "return":
      return { type: "return", values: yield* evaluateAll(statement.values, scope) };
    case "break":
      return statement;
    default:
      return unreachable(statement);
  }
}

function* assign(
  { targets, values }: Extract<Statement, { type: "assign" }>,
  scope: Scope,
): LuaRun<void> {
  const found = yield* evaluateAll(values, scope);
  for (const [index, target] of targets.entries()) yield* assignOne(target, found[index], scope);
}

function* assignOne(target: Expression, value: LuaValue, scope: Scope): LuaRun<void> {
  if (target.type === "name") {
    const isKnown = scope.assign(target.name, value);
    // Redis lets no script have globals.
    if (!isKnown) throw failAt(target.line, "Attempt to modify a readonly table");
  } else if (target.type === "index") {
    const table = indexed(yield* evaluate(target.object, scope), target.line);
    setSlot(table, yield* evaluate(target.key, scope), value);
  }
}

function* runLoop(
  { type, condition, body }: Extract<Statement, { type: "while" | "repeat" }>,
  scope: Scope,
): LuaRun<Leaving | undefined> {
  for (;;) {
    yield;
    if (type === "while" && !isTruthy(yield* evaluate(condition, scope))) return undefined;
    const within = scope.inner();
    const leaving = yield* runBlock(body, within);
    if (leaving) return leaving.type === "break" ? undefined : leaving;
    // What the body declares is known to the condition behind it.
    if (type === "repeat" && isTruthy(yield* evaluate(condition, within))) return undefined;
  }
}

function* runFor(
  { name, from, to, step, body, line }: Extract<Statement, { type: "for" }>,
  scope: Scope,
): LuaRun<Leaving | undefined> {
  const [first, last, by = 1] = yield* evaluateAll([from, to, ...(step ? [step] : [])], scope);
  const [start, end, pace] = [numberOf(first), numberOf(last), numberOf(by)];
  if (start === undefined || end === undefined || pace === undefined) {
    throw failAt(line, "'for' limits and step must be numbers");
  }
  for (let at = start; pace > 0 ? at <= end : at >= end; at += pace) {
    yield;
    const within = scope.inner();
    within.declare(name, at);
    const leaving = yield* runBlock(body, within);
    if (leaving) return leaving.type === "break" ? undefined : leaving;
  }
  return undefined;
}
