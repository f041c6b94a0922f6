// Pure: the statements of a Lua script.
import { lexLua } from "./lex.ts";
import { parseExpression, parseExpressions, parseFunctionBody } from "./parse-expression.ts";
import type { Block, Statement } from "./syntax.ts";
import { TokenReader } from "./token-reader.ts";

/** Throws LuaError for what is no script, or not of the part of Lua that is known here. */
export function parseLua(text: string): Block {
  const reader = new TokenReader(lexLua(text));
  const block = parseBlock(reader);
  if (reader.next.type !== "end") throw reader.complaint("'<eof>' expected");
  return block;
}

const BLOCK_ENDS = new Set(["end", "else", "elseif", "until"]);

function parseBlock(reader: TokenReader): Block {
  return reader.deeper(() => parseStatements(reader));
}

function parseStatements(reader: TokenReader): Block {
  const statements: Statement[] = [];
  for (;;) {
    while (reader.accept(";"));
    if (reader.next.type === "end" || BLOCK_ENDS.has(reader.word)) return statements;
    const statement = parseStatement(reader);
    statements.push(statement);
    // Nothing may follow them.
    if (statement.type !== "return" && statement.type !== "break") continue;
    reader.accept(";");
    return statements;
  }
}

function parseStatement(reader: TokenReader): Statement {
  const { line } = reader;
  if (reader.accept("local")) return parseLocal(reader);
  if (reader.accept("if")) return parseIf(reader);
  if (reader.accept("while")) {
    const condition = parseExpression(reader, parseBlock);
    reader.expect("do");
    return { type: "while", condition, body: parseBody(reader) };
  }
  if (reader.accept("repeat")) {
    const body = parseBlock(reader);
    reader.expect("until");
    return { type: "repeat", body, condition: parseExpression(reader, parseBlock) };
  }
  if (reader.accept("for")) return parseFor(reader, line);
  if (reader.accept("do")) return { type: "do", body: parseBody(reader) };
  if (reader.accept("break")) return { type: "break" };
  if (reader.accept("return")) {
    const isBare = reader.next.type === "end" || BLOCK_ENDS.has(reader.word) || reader.word === ";";
    return { type: "return", values: isBare ? [] : parseExpressions(reader, parseBlock) };
  }
  return parseAssignmentOrCall(reader);
}

function parseBody(reader: TokenReader): Block {
  const body = parseBlock(reader);
  reader.expect("end");
  return body;
}

function parseLocal(reader: TokenReader): Statement {
  if (reader.accept("function")) {
    const name = reader.expectName();
    return { type: "local_function", name, value: parseFunctionBody(reader, parseBlock) };
  }
  const names = [reader.expectName()];
  while (reader.accept(",")) names.push(reader.expectName());
  const values = reader.accept("=") ? parseExpressions(reader, parseBlock) : [];
  return { type: "local", names, values };
}

function parseIf(reader: TokenReader): Statement {
  const branches = [parseBranch(reader)];
  while (reader.accept("elseif")) branches.push(parseBranch(reader));
  const otherwise = reader.accept("else") ? parseBlock(reader) : [];
  reader.expect("end");
  return { type: "if", branches, otherwise };
}

function parseBranch(reader: TokenReader) {
  const condition = parseExpression(reader, parseBlock);
  reader.expect("then");
  return { condition, body: parseBlock(reader) };
}

function parseFor(reader: TokenReader, line: number): Statement {
  const name = reader.expectName();
  if (reader.word !== "=") throw reader.complaint("a stand-in for Redis knows no iterators:");
  reader.expect("=");
  const from = parseExpression(reader, parseBlock);
  reader.expect(",");
  const to = parseExpression(reader, parseBlock);
  const step = reader.accept(",") ? parseExpression(reader, parseBlock) : undefined;
  reader.expect("do");
  return { type: "for", name, from, to, step, body: parseBody(reader), line };
}

function parseAssignmentOrCall(reader: TokenReader): Statement {
  const start = parseExpression(reader, parseBlock);
  if (start.type === "call" && reader.word !== "=" && reader.word !== ",") {
    return { type: "call", call: start };
  }
  const targets = [start];
  while (reader.accept(",")) targets.push(parseExpression(reader, parseBlock));
  const isPlace = targets.every(({ type }) => type === "name" || type === "index");
  if (!isPlace) throw reader.complaint("syntax error");
  reader.expect("=");
  return { type: "assign", targets, values: parseExpressions(reader, parseBlock) };
}
