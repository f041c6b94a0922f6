// Data from outside, marked off in a prompt in a way that the data itself cannot undo.
import type { JsonObject } from "../domain/json.ts";
import { wholeLine } from "./lines.ts";

/** Text between fences. Fences in it are written with other marks. */
export function fenceText(text: string): string {
  return ["```text", text.trimEnd().replaceAll("```", "'''"), "```"].join("\n");
}

/** Around the whole of a result, whose number stands behind it. */
const WHOLE = /^```text\n([\s\S]*?)\n```\n/;

/** A result as it stood before there were fences around it. */
export function withoutFence(result: string): string {
  return result.replace(WHOLE, "$1\n");
}

/** The same value as JSON; a backtick in a string has another spelling there. */
export function fenceJson(value: JsonObject): string {
  const json = JSON.stringify(value, undefined, 2);
  return ["```json", json.replaceAll("`", "\\u0060"), "```"].join("\n");
}

/** Data within a sentence of ours, which ends with its line, and begins no fence. */
export function quoteLine(text: string): string {
  return wholeLine(text).replaceAll("```", "'''");
}
