// The part of Lua 5.1 that the limiter's scripts are written in: no metatables, coroutines, goto,
// methods, varargs or iterators. A script that needs more is refused, and told so.

export type Expression =
  | { readonly type: "constant"; readonly value: undefined | boolean | number | string }
  | { readonly type: "name"; readonly name: string; readonly line: number }
  | {
      readonly type: "index";
      readonly object: Expression;
      readonly key: Expression;
      readonly line: number;
    }
  | CallExpression
  | {
      readonly type: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | {
      readonly type: "unary";
      readonly operator: UnaryOperator;
      readonly operand: Expression;
      readonly line: number;
    }
  | FunctionExpression
  | { readonly type: "table"; readonly fields: readonly TableField[]; readonly line: number }
  /** In parentheses: of several values the first. */
  | { readonly type: "first"; readonly of: Expression };

export interface CallExpression {
  readonly type: "call";
  readonly callee: Expression;
  readonly args: readonly Expression[];
  readonly line: number;
}

export interface FunctionExpression {
  readonly type: "function";
  readonly parameters: readonly string[];
  readonly body: Block;
}

/** Without a key: the next place of the list. */
export interface TableField {
  readonly key: Expression | undefined;
  readonly value: Expression;
}

export type Statement =
  | {
      readonly type: "local";
      readonly names: readonly string[];
      readonly values: readonly Expression[];
    }
  | { readonly type: "local_function"; readonly name: string; readonly value: FunctionExpression }
  | {
      readonly type: "assign";
      readonly targets: readonly Expression[];
      readonly values: readonly Expression[];
    }
  | { readonly type: "call"; readonly call: CallExpression }
  | {
      readonly type: "if";
      readonly branches: readonly { readonly condition: Expression; readonly body: Block }[];
      readonly otherwise: Block;
    }
  | { readonly type: "while"; readonly condition: Expression; readonly body: Block }
  | { readonly type: "repeat"; readonly condition: Expression; readonly body: Block }
  | {
      readonly type: "for";
      readonly name: string;
      readonly from: Expression;
      readonly to: Expression;
      readonly step: Expression | undefined;
      readonly body: Block;
      readonly line: number;
    }
  | { readonly type: "do"; readonly body: Block }
  | { readonly type: "return"; readonly values: readonly Expression[] }
  | { readonly type: "break" };

export type Block = readonly Statement[];

export const BINARY_OPERATORS = [
  ...["or", "and", "<", ">", "<=", ">=", "~=", "=="],
  ...["..", "+", "-", "*", "/", "%", "^"],
] as const;

export type BinaryOperator =
  | "or"
  | "and"
  | "<"
  | ">"
  | "<="
  | ">="
  | "~="
  | "=="
  | ".."
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "^";

export type UnaryOperator = "not" | "-" | "#";

/** In the text of a script, at a line of it. Its message is Lua's own where Lua has one. */
export class LuaError extends Error {
  override name = "LuaError";
}
