// Data from outside, marked off in a prompt in a way that the data itself cannot undo.
import type { JsonObject } from "../domain/json.ts";

/** Text between fences. Fences in it are written with other marks. */
export function fenceText(text: string): string {
  return ["```text", text.trimEnd().replaceAll("```", "'''"), "```"].join("\n");
}

/** The same value as JSON; a backtick in a string has another spelling there. */
export function fenceJson(value: JsonObject): string {
  const json = JSON.stringify(value, undefined, 2);
  return ["```json", json.replaceAll("`", "\\u0060"), "```"].join("\n");
}
