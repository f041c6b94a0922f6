// The functions of Lua that the limiter's scripts call, and a few that anybody would try.
import { numberText } from "../wire/number-text.ts";
import { LuaError } from "./syntax.ts";
import {
  isTruthy,
  type LuaFunction,
  type LuaResult,
  type LuaTable,
  type LuaValue,
  lengthOf,
  numberOf,
  textOf,
  typeName,
} from "./values.ts";

// LUAI_MAXCSTACK: lua 5.1 luaconf.h
const UNPACKED_MAX = 8_000;

export function builtIn(run: (args: LuaResult) => LuaResult): LuaFunction {
  return { type: "function", call: run };
}

export function tableNaming(members: Readonly<Record<string, LuaValue>>): LuaTable {
  const slots: LuaTable["slots"] = new Map();
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) slots.set(name, value);
  }
  return { type: "table", slots };
}

export const LIBRARY: Readonly<Record<string, LuaValue>> = {
  tonumber: builtIn(([value, base]) => {
    if (base !== undefined && base !== 10) throw new LuaError("a stand-in knows base 10 only");
    return [numberOf(value)];
  }),
  tostring: builtIn(([value]) => [shown(value)]),
  type: builtIn(([value]) => [typeName(value)]),
  unpack: builtIn(([table]) => {
    if (typeof table !== "object" || table.type !== "table") throw badArgument("unpack", "table");
    const length = lengthOf(table);
    if (length >= UNPACKED_MAX) throw new LuaError("too many results to unpack");
    return Array.from({ length }, (_, index) => table.slots.get(index + 1));
  }),
  assert: builtIn((args) => {
    if (isTruthy(args[0])) return args;
    throw new LuaError(textOf(args[1]) ?? "assertion failed!");
  }),
  error: builtIn(([message]) => {
    throw new LuaError(textOf(message) ?? typeName(message));
  }),
  math: tableNaming({
    floor: numeric("floor", ([value = 0]) => Math.floor(value)),
    ceil: numeric("ceil", ([value = 0]) => Math.ceil(value)),
    abs: numeric("abs", ([value = 0]) => Math.abs(value)),
    max: numeric("max", (values) => Math.max(...values)),
    min: numeric("min", (values) => Math.min(...values)),
    huge: Number.POSITIVE_INFINITY,
  }),
  string: tableNaming({
    format: builtIn(([pattern, ...values]) => [formatted(textOf(pattern) ?? "", values)]),
    len: builtIn(([text]) => [(textOf(text) ?? "").length]),
    sub: builtIn(([text, from, to]) => [
      slice(textOf(text) ?? "", numberOf(from) ?? 1, numberOf(to) ?? -1),
    ]),
  }),
};

function numeric(name: string, compute: (values: readonly number[]) => number): LuaFunction {
  return builtIn((args) => {
    const values = args.flatMap((value) => numberOf(value) ?? []);
    if (values.length === 0 || values.length < args.length) throw badArgument(name, "number");
    return [compute(values)];
  });
}

function badArgument(name: string, wanted: string): LuaError {
  return new LuaError(`bad argument to '${name}' (${wanted} expected)`);
}

function shown(value: LuaValue): string {
  return textOf(value) ?? (typeof value === "boolean" ? String(value) : typeName(value));
}

// `%g` without a precision: six digits, as in C.
const DIGITS = 6;

function formatted(pattern: string, values: LuaResult): string {
  let at = 0;
  return pattern.replace(/%(?:\.(\d{1,2}))?(.)/g, (_, digits: string | undefined, kind: string) => {
    if (kind === "%") return "%";
    const value = values[at];
    at += 1;
    if (kind === "s") return shown(value);
    const number = numberOf(value);
    if (number === undefined) throw badArgument("format", "number");
    if (kind === "d") return String(Math.trunc(number));
    if (kind === "f") return number.toFixed(Number(digits ?? DIGITS));
    if (kind === "g") return numberText(number, Number(digits ?? DIGITS));
    throw new LuaError(`a stand-in knows no '%${kind}' for 'format'`);
  });
}

/** From 1 on, both ends included; negative ones count from the end. */
function slice(text: string, from: number, to: number): string {
  const start = from < 0 ? Math.max(0, text.length + from) : Math.max(0, from - 1);
  return text.slice(start, to < 0 ? text.length + to + 1 : to);
}
