// The input of a tool call as a service sends it: JSON text, whole or cut off.
import { z } from "zod";
import { isDeeperThan, type JsonObject } from "../domain/json.ts";

const TOOL_INPUT = z.record(z.string(), z.json());

/** A database and its readers stop at a thousand; what a tool takes has two. */
export const LEVELS_MAX = 64;

/** Undefined for what is no whole JSON object of so many levels: half a command is no command. */
export function parseToolInput(json: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isDeeperThan(LEVELS_MAX, value) ? undefined : TOOL_INPUT.safeParse(value).data;
  } catch {
    return undefined; // JSON.parse has no other way to say no
  }
}
