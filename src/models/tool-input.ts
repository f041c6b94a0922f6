// The input of a tool call as a service sends it: JSON text, whole or cut off.
import { z } from "zod";
import type { JsonObject } from "../domain/json.ts";

const TOOL_INPUT = z.record(z.string(), z.json());

/** Undefined for what is no whole JSON object: half a command is no command. */
export function parseToolInput(json: string): JsonObject | undefined {
  try {
    return TOOL_INPUT.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined; // JSON.parse has no other way to say no
  }
}
