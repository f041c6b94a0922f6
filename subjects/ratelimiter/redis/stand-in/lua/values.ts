// What Lua 5.1 computes with. All numbers are doubles; nil is undefined.
import { numberText } from "../wire/number-text.ts";
import { LuaError } from "./syntax.ts";

export type LuaValue = undefined | boolean | number | string | LuaTable | LuaFunction;

export interface LuaTable {
  readonly type: "table";
  readonly slots: Map<Exclude<LuaValue, undefined>, Exclude<LuaValue, undefined>>;
}

export type LuaResult = readonly LuaValue[];

/** It yields now and again while it runs, so that whoever drives it can do something else. */
export type LuaRun<T> = Generator<void, T, void>;

export interface LuaFunction {
  readonly type: "function";
  call(args: LuaResult): LuaResult | LuaRun<LuaResult>;
}

export function isTruthy(value: LuaValue): boolean {
  return value !== undefined && value !== false;
}

export function typeName(value: LuaValue): string {
  if (value === undefined) return "nil";
  return typeof value === "object" ? value.type : typeof value;
}

/** A list, from 1 on. */
export function tableOf(items: LuaResult): LuaTable {
  const table: LuaTable = { type: "table", slots: new Map() };
  for (const [index, item] of items.entries()) setSlot(table, index + 1, item);
  return table;
}

export function setSlot({ slots }: LuaTable, key: LuaValue, value: LuaValue): void {
  if (key === undefined || Number.isNaN(key)) throw new LuaError("table index is nil");
  if (value === undefined) slots.delete(key);
  else slots.set(key, value);
}

/** Up to the first gap. */
export function lengthOf({ slots }: LuaTable): number {
  let length = slots.size;
  while (length > 0 && !slots.has(length)) length -= 1;
  while (slots.has(length + 1)) length += 1;
  return length;
}

/** Undefined for what is no number. */
export function numberOf(value: LuaValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  const isNumber = /^[+-]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/.test(text);
  if (!isNumber) return undefined;
  return text.startsWith("-") ? -Number(text.slice(1)) : Number(text.replace(/^\+/, ""));
}

// LUAI_NUMFFORMAT, "%.14g": lua 5.1 luaconf.h
const DIGITS = 14;

/** Undefined for what cannot be joined to a text. */
export function textOf(value: LuaValue): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" ? numberText(value, DIGITS) : undefined;
}
