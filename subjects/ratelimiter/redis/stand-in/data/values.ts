// What a key can hold, and about how much memory that takes.
import { unreachable } from "../../../../../src/domain/errors.ts";
import type { SortedSet } from "./sorted-set.ts";

export interface StringValue {
  readonly type: "string";
  readonly text: string;
}

export interface HashValue {
  readonly type: "hash";
  readonly fields: Map<string, string>;
}

export type Value = StringValue | HashValue | SortedSet;

// Estimates: what the real one takes for small keys, by MEMORY USAGE on redis 7.0.
const KEY_BYTES = 56;
const FIELD_BYTES = 16;
const SCORED_BYTES = 100;

export function bytesOf(key: string, value: Value): number {
  return KEY_BYTES + key.length + contentBytes(value);
}

/** A key that holds nothing any more goes. */
export function isEmpty(value: Value): boolean {
  if (value.type === "string") return false;
  return value.type === "hash" ? value.fields.size === 0 : value.order.length === 0;
}

function contentBytes(value: Value): number {
  switch (value.type) {
    case "string":
      return value.text.length;
    case "hash":
      return [...value.fields].reduce(
        (sum, [name, text]) => sum + FIELD_BYTES + name.length + text.length,
        0,
      );
    case "zset":
      return value.memberBytes + SCORED_BYTES * value.order.length;
    default:
      return unreachable(value);
  }
}
