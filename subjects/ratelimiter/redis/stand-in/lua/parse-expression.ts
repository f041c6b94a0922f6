// Pure: the expressions of a Lua script, by the precedence of their operators.
import {
  BINARY_OPERATORS,
  type BinaryOperator,
  type Block,
  type Expression,
  type FunctionExpression,
  type TableField,
  type UnaryOperator,
} from "./syntax.ts";
import type { TokenReader } from "./token-reader.ts";

/** Functions hold blocks, and blocks hold expressions: this breaks the circle of files. */
export type ParseBlock = (reader: TokenReader) => Block;

/** How tightly an operator binds to its left and to its right, as in Lua's lparser.c. */
const BINDING: Readonly<Record<BinaryOperator, readonly [number, number]>> = {
  or: [1, 1],
  and: [2, 2],
  "<": [3, 3],
  ">": [3, 3],
  "<=": [3, 3],
  ">=": [3, 3],
  "~=": [3, 3],
  "==": [3, 3],
  "..": [5, 4],
  "+": [6, 6],
  "-": [6, 6],
  "*": [7, 7],
  "/": [7, 7],
  "%": [7, 7],
  "^": [10, 9],
};
const UNARY_BINDING = 8;

export function parseExpressions(reader: TokenReader, block: ParseBlock): readonly Expression[] {
  const found = [parseExpression(reader, block)];
  while (reader.accept(",")) found.push(parseExpression(reader, block));
  return found;
}

export function parseExpression(reader: TokenReader, block: ParseBlock): Expression {
  return parseBound({ reader, block }, 0);
}

/** What follows `function` and its name. */
export function parseFunctionBody(reader: TokenReader, block: ParseBlock): FunctionExpression {
  reader.expect("(");
  const parameters: string[] = [];
  while (reader.word !== ")") {
    parameters.push(reader.expectName());
    if (!reader.accept(",")) break;
  }
  reader.expect(")");
  const body = block(reader);
  reader.expect("end");
  return { type: "function", parameters, body };
}

interface Context {
  readonly reader: TokenReader;
  readonly block: ParseBlock;
}

function parseBound(context: Context, binding: number): Expression {
  return context.reader.deeper(() => parseOperators(context, binding));
}

function parseOperators(context: Context, binding: number): Expression {
  const { reader } = context;
  let left = parseOperand(context);
  for (;;) {
    const operator = BINARY_OPERATORS.find((candidate) => candidate === reader.word);
    if (operator === undefined) return left;
    const [toLeft, toRight] = BINDING[operator];
    if (toLeft <= binding) return left;
    const { line } = reader.advance();
    left = { type: "binary", operator, left, right: parseBound(context, toRight), line };
  }
}

const UNARY_OPERATORS: readonly UnaryOperator[] = ["not", "-", "#"];

function parseOperand(context: Context): Expression {
  const { reader } = context;
  const operator = UNARY_OPERATORS.find((candidate) => candidate === reader.word);
  if (operator === undefined) return parseSuffixed(context);
  const { line } = reader.advance();
  return { type: "unary", operator, operand: parseBound(context, UNARY_BINDING), line };
}

function parseSuffixed(context: Context): Expression {
  const { reader } = context;
  let found = parsePrimary(context);
  const canBeFollowed = ["name", "index", "call", "first"];
  while (canBeFollowed.includes(found.type)) {
    const { line } = reader;
    if (reader.accept(".")) {
      const key: Expression = { type: "constant", value: reader.expectName() };
      found = { type: "index", object: found, key, line };
    } else if (reader.accept("[")) {
      found = { type: "index", object: found, key: parseBound(context, 0), line };
      reader.expect("]");
    } else if (reader.accept("(")) {
      found = { type: "call", callee: found, args: parseArguments(context), line };
    } else return found;
  }
  return found;
}

function parseArguments(context: Context): readonly Expression[] {
  const { reader } = context;
  if (reader.accept(")")) return [];
  const args = [parseBound(context, 0)];
  while (reader.accept(",")) args.push(parseBound(context, 0));
  reader.expect(")");
  return args;
}

const CONSTANTS: ReadonlyMap<string, undefined | boolean> = new Map([
  ["nil", undefined],
  ["true", true],
  ["false", false],
]);

function parsePrimary(context: Context): Expression {
  const { reader, block } = context;
  const token = reader.next;
  if (CONSTANTS.has(reader.word)) {
    const value = CONSTANTS.get(reader.word);
    reader.advance();
    return { type: "constant", value };
  }
  if (reader.accept("function")) return parseFunctionBody(reader, block);
  if (reader.accept("{")) return parseTable(context, token.line);
  if (reader.accept("(")) {
    const of = parseBound(context, 0);
    reader.expect(")");
    return { type: "first", of };
  }
  if (token.type === "end" || token.type === "keyword" || token.type === "symbol") {
    throw reader.complaint("unexpected symbol");
  }
  reader.advance();
  if (token.type === "name") return { type: "name", name: token.text, line: token.line };
  return { type: "constant", value: token.type === "number" ? token.value : token.text };
}

function parseTable(context: Context, line: number): Expression {
  const { reader } = context;
  const fields: TableField[] = [];
  while (reader.word !== "}") {
    fields.push(parseField(context));
    if (!reader.accept(",") && !reader.accept(";")) break;
  }
  reader.expect("}");
  return { type: "table", fields, line };
}

function parseField(context: Context): TableField {
  const { reader } = context;
  if (reader.accept("[")) {
    const key = parseBound(context, 0);
    reader.expect("]");
    reader.expect("=");
    return { key, value: parseBound(context, 0) };
  }
  const value = parseBound(context, 0);
  if (value.type !== "name" || !reader.accept("=")) return { key: undefined, value };
  return { key: { type: "constant", value: value.name }, value: parseBound(context, 0) };
}
